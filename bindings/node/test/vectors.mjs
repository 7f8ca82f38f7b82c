// Runs every vector of the files and folders named; `--answers` prints what came instead of what failed.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { files } from './files.mjs';
import { run, sum } from './runner.mjs';

const paths = process.argv.slice(2).filter((path) => path !== '--answers').flatMap((path) => files(path));
const all = [];
for (const path of paths) all.push(...await run(basename(path), readFileSync(path, 'utf8')));
const print = process.argv.includes('--answers');
for (const { answer, fault } of all.flat()) {
  const line = print ? answer : fault;
  if (line !== undefined) console.log(line);
}
const { said, well } = sum(all);
console.log(said);
process.exitCode = well ? 0 : 1;
