// Runs every vector of the files and folders named, in Chromium; `--answers` prints what came instead of what failed.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { files } from '../../node/test/files.mjs';
import { serve } from '../scripts/serve.mjs';
import { launch } from './chromium.mjs';

/** The runner asks for the package for Node, and gets this one. */
const IMPORTS = { imports: { '/node/index.mjs': '/wasm/dist/index.js' } };
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify(IMPORTS)}</script>`;

const { address, stop } = await serve(fileURLToPath(new URL('../..', import.meta.url)));
const browser = await launch();
const page = await browser.newPage();
await page.route(`${address}vectors`, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
await page.goto(`${address}vectors`);

const paths = process.argv.slice(2).filter((path) => path !== '--answers').flatMap((path) => files(path));
const given = paths.map((path) => [basename(path), readFileSync(path, 'utf8')]);
const { all, said, well } = await page.evaluate(async (given) => {
  const { run, sum } = await import('/node/test/runner.mjs');
  const all = [];
  for (const [name, text] of given) all.push(...await run(name, text));
  return { all, ...sum(all) };
}, given);
await browser.close();
await stop();

const print = process.argv.includes('--answers');
for (const { answer, fault } of all.flat()) {
  const line = print ? answer : fault;
  if (line !== undefined) console.log(line);
}
console.log(said);
process.exitCode = well ? 0 : 1;
