// Runs the tests of the package for Node over this one: `node --import ./test/in-place-of-node.mjs --test ...`, or over its
// entry with what stands beside tokens: `node --import './test/in-place-of-node.mjs?entry=issuers' ...`.
import { register } from 'node:module';
import { CALLS, exposed } from './calls.mjs';

const at = (path) => new URL(path, import.meta.url).href;
const entry = new URL(import.meta.url).searchParams.get('entry');
const dist = entry === null ? '../dist' : `../dist/${entry}`;
const [init, calls] = [at(`${dist}/init.js`), at('../../node/lib/calls.js')];
const instead = { [at('../../node/index.mjs')]: at(`${dist}/node.js`) };

const hooks = `import { readFile } from 'node:fs/promises';
const exposed = ${exposed};
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const url = ${JSON.stringify(instead)}[found.url];
  return url === undefined ? found : { ...found, url, format: 'module' };
}
export async function load(url, context, next) {
  const module = (source) => ({ format: 'module', source, shortCircuit: true });
  if (url === ${JSON.stringify(calls)}) return module(${JSON.stringify(CALLS(init))});
  return url === ${JSON.stringify(init)} ? module(exposed(await readFile(new URL(url), 'utf8'))) : next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
