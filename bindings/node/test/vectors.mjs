// Runs every vector of the files and folders named; `--answers` prints what came instead of what failed.
import { basename } from 'node:path';
import { ConfigError, Cutoffs, LowwaterError, Validator } from '../index.mjs';
import { files, keySet, read, some, textOf } from './format.mjs';

const date = (seconds = 0) => new Date(Math.round(seconds * 1000));
const build = ({ policies, keysets }, { policy, keys }) =>
  Validator.fromJson(textOf(policies[policy]), { keys: keySet(keysets[keys], policies[policy].allow_short_secret) });
const local = (rules, now) => rules.reduce((all, rule) => (all.apply(textOf(rule), { now }), all), new Cutoffs());
const ask = (validator, cutoffs, token, { now, require: { any_scope: anyScope, any_permission: anyPermission, ...rest } = {} }) =>
  validator.validate(token, cutoffs, { now: date(now) }).require(some({ ...rest, anyScope, anyPermission }));
const call = (file, test) => {
  if (test.only && !test.policy) return keySet(file.keysets[test.keys]).verify(test.token, test.algorithms);
  const validator = build(file, test);
  if (test.only) return validator.verify(test.token);
  return ask(validator, local(test.rules ?? [], date(test.now)), test.token ?? '', test);
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
const print = process.argv.includes('--answers');
const check = (path, { id }, wanted, call, place = '') => {
  let [result, got] = ['accept', {}];
  try { call(); } catch (error) { [result, got] = [error instanceof ConfigError ? 'config_error' : 'reject', error]; }
  if (result !== 'accept' && !(got instanceof LowwaterError)) throw got;
  const told = result === 'reject' ? [got.code, got.stage, got.remedy, got.status, JSON.stringify(got.headers), got.message] : [];
  const same = (name) => wanted[name] === undefined || [wanted[name]].flat().includes(got[name]);
  const right = wanted.result === 'refuse' ? result !== 'accept' : result === (wanted.result ?? 'accept');
  const whole = right && (result !== 'reject' || ['code', 'stage', 'remedy', 'status'].every(same));
  if (print) console.log([basename(path), id, place, result, ...told].join('\t'));
  else if (!whole) console.log(`${id}: ${place} expected ${textOf(wanted)}, got ${result} ${got.message} [${path}]`);
  return whole;
};
const course = (path, file, { steps, set: { kind, stale_after: staleAfter, expired_after: expiredAfter } = {}, ...one }) => {
  const set = () => (kind === 'replica' ? Cutoffs.replica({ staleAfter, expiredAfter }) : new Cutoffs());
  let [now, cutoffs, validator] = [date(), set(), build(file, one)];
  return steps.map((each, place) => {
    now = date(each.now ?? each.prune ?? each.loaded ?? now / 1000);
    cutoffs = step(each, cutoffs, set, validator, now);
    return !each.check || check(path, one, each, () => ask(validator, cutoffs, each.check, each), `#${place}`);
  }).every(Boolean);
};
const all = process.argv.slice(2).filter((path) => path !== '--answers').flatMap((path) => files(path)).flatMap((path) => {
  const file = read(path);
  const tests = (file.tests ?? []).map((test) => check(path, test, test, () => call(file, test)));
  return [...tests, ...(file.scenarios ?? []).map((one) => course(path, file, one))];
});
const failed = all.filter((right) => !right).length;
console.log(`${all.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || all.length === 0 ? 1 : 0;
