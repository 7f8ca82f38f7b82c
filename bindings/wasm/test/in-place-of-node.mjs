// Runs the tests of the package for Node over this one: `node --import ./test/in-place-of-node.mjs --test ...`.
import { register } from 'node:module';

const from = new URL('../../node/index.mjs', import.meta.url).href;
const to = new URL('../dist/node.js', import.meta.url).href;
const hooks = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url === ${JSON.stringify(from)} ? { ...found, url: ${JSON.stringify(to)}, format: 'module' } : found;
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
