// Prints by how many MiB the process grows over many calls, after some to warm up (run it with --expose-gc), and by how many
// it is larger at its largest while something is replaced again and again, and nobody asks for a collection.
import { setImmediate as turn } from 'node:timers/promises';
import { Cutoffs, Index, IntrospectionValidator, NO_CUTOFFS, Rejected, Validator } from '../index.mjs';
import { CLAIMS, NOW, OPTIONS, sign } from './tokens.mjs';

const [validator, cutoffs, now] = [new Validator(OPTIONS), new Cutoffs(), { now: NOW + 1 }];
cutoffs.issuedBefore(NOW + 1, { subject: 'revoked', ...now });
const [good, bad] = [sign({ ...CLAIMS, scope: 'read' }), sign({ ...CLAIMS, sub: 'revoked' })];

function turns(count, call) {
  for (let number = 0; number < count; number += 1) call();
  globalThis.gc();
  return process.memoryUsage().rss / 2 ** 20;
}

const rejected = (call) => () => {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
  }
};

const cases = {
  validate: [1e6, () => validator.validate(good, cutoffs, now)],
  claims: [2e5, () => validator.validate(good, NO_CUTOFFS, now).claims.sub],
  require: [2e5, () => validator.validate(good, cutoffs, now).require({ scopes: ['read'] })],
  reject: [2e5, rejected(() => validator.validate(bad, cutoffs, now))],
  explain: [2e4, () => validator.explain(bad, cutoffs, now)],
};
const grown = {};
for (const [name, [count, call]] of Object.entries(cases)) {
  const before = turns(count / 10, call);
  grown[name] = Math.round(turns(count, call) - before);
}

// Answers that are kept are decided by without a turn of the event loop, too.
const said = JSON.stringify({ active: true, ...CLAIMS, exp: NOW + 1e9, pad: 'x'.repeat(500) });
const opaque = new IntrospectionValidator({
  issuer: OPTIONS.issuer, audience: OPTIONS.audience, maxLifetime: 'unbounded', endpoint: 'https://issuer.example/', bearer: 'x', ttl: 3600,
  fetch: async () => new Response(said),
});
async function asked(count) {
  for (let number = 0; number < count; number += 1) await opaque.validate('opaque', cutoffs, now);
  globalThis.gc();
  return process.memoryUsage().rss / 2 ** 20;
}
const before = await asked(2e4);
grown.introspection = Math.round(await asked(2e5) - before);

const rules = new Cutoffs();
for (let number = 0; number < 1e5; number += 1) rules.issuedBefore(NOW, { subject: `u${number}`, ...now });
const [index, snapshot] = [rules.toIndex(now), rules.toSnapshot(now)];
const accepted = validator.validate(good, cutoffs, now);
const reloads = {
  cutoffs: [150, 1, () => { const read = new Cutoffs(); read.loadSnapshot(snapshot, now); return read; }],
  index: [1000, 1, () => new Index(index)],
  keys: [1e5, 100, () => validator.withKeys(OPTIONS.keys)],
  tickets: [2e5, 100, () => accepted.ticket()],
  signed: [2e5, 100, () => validator.verify(good)],
};
const peak = {};
for (const [name, [count, together, call]] of Object.entries(reloads)) {
  globalThis.gc();
  await turn();
  const before = process.memoryUsage().rss;
  let [held, most] = [undefined, before];
  for (let number = 0; number < count; number += 1) {
    held = call();
    if (number % together === 0) await turn();
    if (number % (count / 50) === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  if (held === undefined) throw new Error(name);
  peak[name] = Math.round((most - before) / 2 ** 20);
}
console.log(JSON.stringify({ grown, peak }));
