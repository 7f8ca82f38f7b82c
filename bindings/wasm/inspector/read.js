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
const policyOf = remembered((policyText, policy, set) => readPolicy({ policy, policyText }, set));
let clock = 0;
const clocks = new Map();
const clockOf = (text) => clocks.get(text) ?? clocks.set(text, clock).get(text);
const rulesOf = remembered((rules) => readRules(rules, clockOf));

/** What the policy expects because the token says so: it is compared with itself. */
function echoed({ own, policy }) {
  const same = (name) => own?.[name] !== undefined && JSON.stringify(own[name]) === JSON.stringify(policy[name]);
  return ['issuer', 'audience'].filter(same);
}

/** What a link, an example or a person gives anew is taken at the clock of now. */
export const forgetClocks = () => clocks.clear();

export function read(given, now) {
  clock = Math.max(Date.now(), given.now ?? 0);
  const keys = keysOf(given.keys, given.policy);
  const policy = policyOf(given.policyText, given.policy, keys.set);
  const rules = rulesOf(given.rules);
  const able = given.token !== null && policy.validator !== null && rules.mistake === null;
  const answer = able ? ask({ validator: policy.validator, cutoffs: rules.cutoffs }, given, now) : null;
  const verifies = keys.set !== null;
  const signature = answer?.checks.find(({ stage }) => stage === 'signature');
  return {
    given, now, answer,
    token: given.token,
    reading: readingOf(given.token),
    set: keys.set,
    skipped: keys.skipped,
    asked: { verifies, secret: given.keys.kind === 'secret', assumed: policy.assumed, echoed: echoed(given), policyFault: policy.mistake, keysFault: keys.mistake, rulesFault: rules.mistake },
    unproven: !verifies && ['key', 'signature'].includes(answer?.rejection?.stage),
    proven: verifies && signature?.outcome === 'pass',
    hits: hitsOf(rules.entries, answer, (entry) => askRule(policy.validator, entry, given.token, now)),
  };
}
