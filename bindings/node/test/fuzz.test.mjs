import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as lowwater from '../index.mjs';
import { NOW, OPTIONS, SECRET, sign } from './tokens.mjs';

const { Cutoffs, Index, Key, KeySet, LowwaterError, Rule, Validator } = lowwater;

/** The same numbers on each run; LOWWATER_SEED gives others. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('a hundred thousand random calls: an answer, or an error of ours', () => {
  const seed = Number(process.env.LOWWATER_SEED ?? 1);
  const below = random(seed);
  const pick = (list) => list[below(list.length)];
  const validator = new Validator(OPTIONS);
  const cutoffs = new Cutoffs({ capacity: 100 });
  const replica = Cutoffs.replica({ staleAfter: 1, expiredAfter: 2 });
  const accepted = validator.validate(sign(), cutoffs, { now: NOW });
  const rule = Rule.issuedBefore(NOW, { subject: 'u', id: 'r' });
  const made = [validator, cutoffs, replica, accepted, accepted.ticket(), rule, new KeySet(OPTIONS.keys), OPTIONS.keys,
    new Index(cutoffs.toIndex()), validator.verify(sign())];
  // What is read beside tokens is not in every package.
  if ('EventReceiver' in lowwater) {
    const { EventReceiver, GlobalRevocation, LogoutReceiver, RevocationRequest, StatusLists, StreamFreshness } = lowwater;
    const [own, form] = [{ issuer: 'https://i.example/', algorithms: ['HS256'] }, 'application/x-www-form-urlencoded'];
    made.push(
      new LogoutReceiver({ ...own, clientId: 'c' }), new EventReceiver({ ...own, audience: 'a' }), new GlobalRevocation({ issuer: 'i' }),
      RevocationRequest.read(form, 'token=t'), RevocationRequest.grant('i', 's', 'c'), new StatusLists({ ...own, lists: 'https://i.example/' }), new StreamFreshness(),
    );
  }
  // Written once: what a call changes would come back in what it is given, and grow without end.
  cutoffs.apply(rule, { now: NOW });
  const [lines, snapshot, index] = [cutoffs.toJsonLines(), cutoffs.toSnapshot(), cutoffs.toIndex()];
  const thrower = () => { throw new Error('mine'); };

  const bytes = () => Uint8Array.from({ length: below(40) }, () => below(256));
  const text = () => String.fromCharCode(...Array.from({ length: below(12) }, () => pick([below(128), below(65536), 0xd800, 46, 34, 92])));
  const damaged = (value) => {
    if (typeof value === 'string') return value.slice(0, below(value.length)) + text() + value.slice(below(value.length));
    const copy = new Uint8Array(value);
    copy[below(copy.length)] ^= 1 << below(8);
    return copy;
  };
  const leaf = () => pick([
    () => undefined, () => null, () => pick([NaN, -1, 0, 1, 1.5, 2 ** 53, Infinity, 1e400, -0, 5e-324, NOW, NOW + 1]), () => pick([true, false]),
    () => pick([0n, -1n, 10n ** 40n, BigInt(NOW)]), text, bytes, () => Symbol('x'), () => thrower, () => new Date(pick([NaN, 0, NOW * 1000, 8.64e15])),
    () => sign(), () => damaged(sign()), () => rule.toJson(), () => damaged(rule.toJson()), () => lines,
    () => damaged(lines), () => snapshot, () => damaged(snapshot), () => damaged(index),
    () => pick(made), () => pick(Object.values(lowwater)), () => pick([lowwater.ANY, lowwater.NO_CUTOFFS, 'never', 'unbounded', 'HS256', 'read']),
    () => new Proxy({}, { ownKeys: thrower, get: thrower }), () => ({ get now() { return thrower(); } }), () => SECRET, () => new Map(),
  ])();
  const NAMES = ['now', 'freshWithin', 'issuer', 'subject', 'session', 'tokenId', 'claims', 'id', 'reason', 'on', 'version', 'exceptSessions',
    'keys', 'algorithms', 'audience', 'leeway', 'maxLifetime', 'claimEquals', 'required', 'scopes', 'anyScope', 'force', 'skipBad', 'capacity',
    'staleAfter', 'expiredAfter', 'url', 'lists', 'client', 'contentType', 'formats', 'events', 'authority', 'authorization', 'fetch', 'rule', 'target', 'at', 'until', '__proto__', 'constructor', 'tenant', 'everyone', 'skewGuard', 'kty', 'k', 'alg'];
  const value = (level = 0) => {
    switch (below(level > 3 ? 6 : 8)) {
      case 6: return Array.from({ length: below(4) }, () => value(level + 1));
      case 7: return Object.fromEntries(Array.from({ length: below(5) }, () => [pick(NAMES), value(level + 1)]));
      default: return leaf();
    }
  };

  const classes = Object.values(lowwater).filter((one) => /^class /.test(String(one)) && !(one.prototype instanceof Error));
  const calls = [lowwater.affected, lowwater.unverified].map((call) => (given) => call(...given));
  for (const one of classes) {
    calls.push((given) => new one(...given));
    for (const name of Object.getOwnPropertyNames(one)) {
      if (typeof one[name] === 'function') calls.push((given) => one[name](...given));
    }
  }
  for (const one of made) {
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(one.constructor.prototype))) {
      if (name !== 'constructor') calls.push(get ? () => one[name] : (given) => value.apply(one, given));
    }
  }
  let [answers, errors] = [0, 0];
  for (let number = 0; number < 100_000; number += 1) {
    const call = pick(calls);
    const given = Array.from({ length: below(4) }, () => value());
    try {
      call(given);
      answers += 1;
    } catch (error) {
      errors += 1;
      const ours = error instanceof LowwaterError || (error instanceof TypeError && /called on|private|class|argument/.test(error.message));
      if (!ours) throw new Error(`call ${number} of seed ${seed}: ${error.stack}`);
    }
  }
  assert.ok(answers > 1000 && errors > 1000, `${answers} answers, ${errors} errors`);
});
