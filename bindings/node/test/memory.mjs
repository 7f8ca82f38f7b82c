// Prints by how many MiB the process grows over many calls, after as many to warm up; run it with --expose-gc.
import { Cutoffs, NO_CUTOFFS, Rejected, Validator } from '../index.mjs';
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
console.log(JSON.stringify({ grown }));
