// From all that was given to all that is shown: what the library answers, and what the token says for display.

import { ask, askRule, readKeys, readPolicy, readRules } from './asking.js';
import { readToken } from './reading.js';
import { hitsOf } from './hits.js';

/** Computes again only when what it reads was given anew: a drag asks only the one question that changes. */
export function remembered(compute) {
  let last = [];
  let result;
  return (...from) => {
    if (last.length === 0 || from.some((value, index) => value !== last[index])) {
      result = compute(...from);
      last = from;
    }
    return result;
  };
}

const readingOf = remembered((token) => (token === null ? null : readToken(token)));
const keysOf = remembered((keys, policy) => readKeys(keys, policy));
const policyOf = remembered((policy, set) => readPolicy(policy, set));
let clock = 0;
// Rules are taken at the clock of when they were given: to look at another moment does not change them.
const rulesOf = remembered((rules) => readRules(rules, clock));

export function read(given, now) {
  clock = Math.max(Date.now(), given.now ?? 0);
  const keys = keysOf(given.keys, given.policy);
  const policy = policyOf(given.policy, keys.set);
  const rules = rulesOf(given.rules);
  const able = given.token !== null && policy.validator !== null && rules.mistake === null;
  const answer = able ? ask({ validator: policy.validator, cutoffs: rules.cutoffs }, given.token, now, given.requirement) : null;
  const verifies = keys.set !== null;
  const signature = answer?.checks.find(({ stage }) => stage === 'signature');
  return {
    given, now, answer,
    token: given.token,
    reading: readingOf(given.token),
    set: keys.set,
    skipped: keys.skipped,
    asked: { verifies, assumed: policy.assumed, policyFault: policy.mistake, keysFault: keys.mistake, rulesFault: rules.mistake },
    unproven: !verifies && ['key', 'signature'].includes(answer?.rejection?.stage),
    proven: verifies && signature?.outcome === 'pass',
    hits: hitsOf(rules.entries, answer, (rule) => askRule(policy.validator, rule, given.token, now)),
  };
}
