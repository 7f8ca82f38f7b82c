import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Cutoffs, Validator } from '../index.mjs';
import { CLAIMS, NOW, OPTIONS, sign } from './tokens.mjs';

const SOURCE = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { Cutoffs, Rejected, Validator } = await import(workerData.index);
  const { OPTIONS, NOW } = await import(workerData.tokens);
  const [validator, cutoffs, now] = [new Validator(OPTIONS), new Cutoffs(), { now: NOW + 2 }];
  cutoffs.loadSnapshot(workerData.snapshot, now);
  let [accepted, rejected] = [0, 0];
  for (let turn = 0; turn < 5000; turn += 1) {
    for (const token of workerData.tokens_) {
      try { validator.validate(token, cutoffs, now).claims.sub.length; accepted += 1; }
      catch (error) { if (!(error instanceof Rejected)) throw error; rejected += 1; }
    }
  }
  parentPort.postMessage({ accepted, rejected });
`;

function worker(snapshot) {
  const [index, tokens] = ['../index.mjs', './tokens.mjs'].map((path) => new URL(path, import.meta.url).href);
  const workerData = { index, tokens, snapshot, tokens_: [sign(), sign({ ...CLAIMS, sub: 'revoked' })] };
  return new Promise((resolve, reject) => {
    const code = new URL(`data:text/javascript,${encodeURIComponent(SOURCE)}`);
    const one = new Worker(code, { workerData });
    let said;
    one.on('message', (message) => { said = message; }).on('error', reject).on('exit', () => resolve(said));
  });
}

test('workers load it, and take rules as a snapshot', async () => {
  const cutoffs = new Cutoffs();
  cutoffs.issuedBefore(NOW + 1, { subject: 'revoked', now: NOW + 1 });
  const snapshot = cutoffs.toSnapshot({ now: NOW + 1 });
  const came = await Promise.all([1, 2, 3, 4].map(() => worker(snapshot)));
  assert.deepEqual(came, Array(4).fill({ accepted: 5000, rejected: 5000 }));
  assert.equal(new Validator(OPTIONS).validate(sign(), cutoffs, { now: NOW + 1 }).subject, CLAIMS.sub);
});

test('a worker may end in the middle', async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    const code = SOURCE.replace('turn < 5000', 'true');
    const [index, tokens] = ['../index.mjs', './tokens.mjs'].map((path) => new URL(path, import.meta.url).href);
    const workerData = { index, tokens, snapshot: new Cutoffs().toSnapshot(), tokens_: [sign()] };
    const one = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData });
    await new Promise((resolve) => { one.once('online', resolve); });
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    await one.terminate();
  }
});
