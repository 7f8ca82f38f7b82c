// Runs the vectors of one file, in whatever can import the package: for each check its answer, and what is wrong with it.
import { ConfigError, Cutoffs, LowwaterError, Validator } from '../index.mjs';
import { keySet, read, some, textOf } from './format.mjs';

const date = (seconds = 0) => new Date(Math.round(seconds * 1000));
const build = ({ policies, keysets }, { policy, keys }) =>
  Validator.fromJson(textOf(policies[policy]), { keys: keySet(keysets[keys], policies[policy].allow_short_secret) });
const local = (rules, now) => rules.reduce((all, rule) => (all.apply(textOf(rule), { now }), all), new Cutoffs());
const required = ({ require: { any_scope: anyScope, any_permission: anyPermission, ...rest } = {} }) => some({ ...rest, anyScope, anyPermission });
const ask = (validator, cutoffs, token, asked) => validator.validate(token, cutoffs, { now: date(asked.now) }).require(required(asked));
/** What is read beside tokens: only the package for Node does. */
const aside = ({ messages, tests = [], scenarios = [] }) =>
  (messages || [...tests, ...scenarios].some(({ config }) => config) ? import('./messages.mjs') : {});
const call = async (file, test, { asking, beside }) => {
  if (test.only && !test.policy) return keySet(file.keysets[test.keys]).verify(test.token, test.algorithms);
  const validator = build(file, test);
  if (test.only) return validator.verify(test.token);
  const rules = local(test.rules ?? [], date(test.now));
  if (test.ask !== undefined) {
    const own = await asking(test, file.policies[test.policy], validator.keys);
    return (await own(test, rules)).require(required(test));
  }
  return ask(validator, test.lists ? beside(rules, test, validator.keys) : rules, test.token ?? '', test);
};
const step = ({ apply, prune, lift, merge, reload, loaded }, cutoffs, set, validator, now) => {
  if (apply) cutoffs.apply(textOf(apply), { now });
  if (prune) cutoffs.prune(validator, { now });
  if (lift !== undefined) cutoffs.lift(lift);
  if (merge) cutoffs.merge(local(merge, now));
  const next = reload ? set() : cutoffs;
  if (reload === 'json') next.loadJsonLines(cutoffs.toJsonLines());
  if (reload === 'snapshot') next.loadSnapshot(cutoffs.toSnapshot({ now }), { now });
  if (loaded) next.loaded(now, { now });
  return next;
};
const check = async (name, { id }, wanted, call, place = '') => {
  let [result, got] = ['accept', {}];
  try { await call(); } catch (error) { [result, got] = [error instanceof ConfigError ? 'config_error' : 'reject', error]; }
  if (result !== 'accept' && !(got instanceof LowwaterError)) throw got;
  const told = result === 'reject' ? [got.code, got.stage, got.remedy, got.status, JSON.stringify(got.headers), got.message] : [];
  const same = (name) => wanted[name] === undefined || [wanted[name]].flat().includes(got[name]);
  const right = wanted.result === 'refuse' ? result !== 'accept' : result === (wanted.result ?? 'accept');
  const whole = right && (result !== 'reject' || ['code', 'stage', 'remedy', 'status'].every(same));
  const fault = whole ? undefined : `${id}: ${place} expected ${textOf(wanted)}, got ${result} ${got.message} [${name}]`;
  return { answer: [name, id, place, result, ...told].join('\t'), fault };
};
const course = async (name, file, { steps, set: { kind, stale_after: staleAfter, expired_after: expiredAfter } = {}, ...one }, { asking }) => {
  const set = () => (kind === 'replica' ? Cutoffs.replica({ staleAfter, expiredAfter }) : new Cutoffs());
  let [now, cutoffs, validator, checks] = [date(), set(), build(file, one), []];
  const own = one.config && await asking(one, file.policies[one.policy], validator.keys);
  for (const [place, each] of steps.entries()) {
    now = date(each.now ?? each.prune ?? each.loaded ?? now / 1000);
    cutoffs = step(each, cutoffs, set, validator, now);
    if (each.check) checks.push(await check(name, one, each, () => ask(validator, cutoffs, each.check, each), `#${place}`));
    if (each.ask) checks.push(await check(name, one, each, async () => (await own(each, cutoffs)).require(required(each)), `#${place}`));
  }
  return checks;
};

/** What came of each test, scenario and message of a file of this name and text: lists of checks, one after the other. */
export async function run(name, text) {
  const [file, all] = [read(text), []];
  const more = await aside(file);
  for (const test of file.tests ?? []) all.push([await check(name, test, test, () => call(file, test, more))]);
  for (const one of file.scenarios ?? []) all.push(await course(name, file, one, more));
  for (const one of file.messages ?? []) all.push([more.message(name, file, one)]);
  return all;
}

/** The last line of a run, and whether all is well. */
export function sum(all) {
  const failed = all.filter((checks) => checks.some(({ fault }) => fault !== undefined)).length;
  return { said: `${all.length - failed} passed, ${failed} failed`, well: failed === 0 && all.length > 0 };
}
