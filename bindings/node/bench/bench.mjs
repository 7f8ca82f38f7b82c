// `npm run bench`: microseconds for one token, the median of rounds in which everyone has a turn.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { ALGORITHMS, cases } from './cases.mjs';

const [ROUNDS, TURN] = [31, 40]; // Milliseconds of a turn.

/** The core, in a process of its own. */
const root = new URL('../../../', import.meta.url).pathname;
const speed = spawn('cargo', ['run', '--quiet', '--release', '-p', 'lowwater', '--features', 'aws-lc-rs', '--example', 'speed'], {
  cwd: root, stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface(speed.stdout)[Symbol.asyncIterator]();

const core = (told) => async (count) => {
  speed.stdin.write(`${[...told, count].join('\t')}\n`);
  return Number((await answers.next()).value);
};

/** A case of this process: nanoseconds of one call. */
const turn = (call) => async (count) => {
  const waits = call() instanceof Promise;
  const start = process.hrtime.bigint();
  for (let number = 0; number < count; number += 1) {
    if (waits) await call();
    else call();
  }
  return Number(process.hrtime.bigint() - start) / count;
};

const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
const micros = (nanos) => (nanos === undefined ? '-' : (nanos / 1000).toFixed(2));

const table = {};
for (const algorithm of ALGORITHMS) {
  const { calls, core: told, bytes } = await cases(algorithm);
  const turns = [['the core, in Rust', core(told)], ...Object.entries(calls).map(([name, call]) => [name, turn(call)])];
  const counts = new Map();
  for (const [name, one] of turns) {
    await one(500);
    counts.set(name, Math.max(20, Math.round((TURN * 1e6) / (await one(500)))));
  }
  const times = new Map(turns.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, one] of turns) times.get(name).push(await one(counts.get(name)));
  }
  for (const [name, all] of times) (table[name] ??= {})[`${algorithm} (${bytes} bytes)`] = median(all);
}

speed.stdin.end();

const columns = Object.keys(table['the core, in Rust']);
const less = (a, b) => Object.fromEntries(columns.map((column) => [column, table[a][column] - table[b][column]]));
table['overhead over the core'] = less('lowwater', 'the core, in Rust');
table['what reading claims adds'] = less('lowwater, claims read', 'lowwater');
console.log(`${cpus()[0].model}, Node ${process.version}, microseconds\n`);
console.log(`| | ${columns.join(' | ')} |\n|---|${columns.map(() => '---:|').join('')}`);
for (const [name, row] of Object.entries(table)) console.log(`| ${name} | ${columns.map((column) => micros(row[column])).join(' | ')} |`);
