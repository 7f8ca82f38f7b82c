// Runs every vector of the files and folders named, in Chromium; `--answers` prints what came instead of what failed,
// `--entry=issuers` runs them over that entry.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { files } from '../../node/test/files.mjs';
import { serve } from '../scripts/serve.mjs';
import { CALLS, exposed } from './calls.mjs';
import { launch } from './chromium.mjs';

const [options, named] = [process.argv.slice(2).filter((one) => one.startsWith('--')), process.argv.slice(2).filter((one) => !one.startsWith('--'))];
const dist = options.includes('--entry=issuers') ? '/wasm/dist/issuers' : '/wasm/dist';

/** The runner asks for the package for Node, and gets this one. */
const IMPORTS = { imports: { '/node/index.mjs': `${dist}/index.js`, '/node/lib/calls.js': '/calls.js' } };
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify(IMPORTS)}</script>`;

const { address, stop } = await serve(fileURLToPath(new URL('../..', import.meta.url)));
const browser = await launch();
const page = await browser.newPage();
await page.route(`${address}vectors`, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
await page.route(`${address}calls.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: CALLS(`${dist}/init.js`) }));
await page.route(`**${dist}/init.js`, async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, body: exposed(await response.text()) });
});
await page.goto(`${address}vectors`);

const paths = named.flatMap((path) => files(path));
const given = paths.map((path) => [basename(path), readFileSync(path, 'utf8')]);
const { all, said, well } = await page.evaluate(async (given) => {
  const { run, sum } = await import('/node/test/runner.mjs');
  const all = [];
  for (const [name, text] of given) all.push(...await run(name, text));
  return { all, ...sum(all) };
}, given);
await browser.close();
await stop();

const print = options.includes('--answers');
for (const { answer, fault } of all.flat()) {
  const line = print ? answer : fault;
  if (line !== undefined) console.log(line);
}
console.log(said);
process.exitCode = well ? 0 : 1;
