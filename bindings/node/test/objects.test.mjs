// What objects that callers give may be, and what their prototypes may not do.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import {
  ANY, ConfigError, Cutoffs, Index, Key, KeySet, LowwaterError, NO_CUTOFFS, Rule, Validator, affected, unverified,
} from '../index.mjs';
import { CLAIMS, NOW, OPTIONS, SECRET, sign } from './tokens.mjs';

const validator = new Validator(OPTIONS);
const [token, at] = [sign({ ...CLAIMS, scope: 'read' }), { now: NOW + 1 }];
const accepted = validator.validate(token, NO_CUTOFFS, at);

/** What a call answers, or what it throws, as text. */
function told(call) {
  try {
    const answer = call();
    return answer === undefined ? 'nothing' : JSON.stringify(answer);
  } catch (error) {
    const message = error.message.replace(/\b\d{9,10}(\.\d+)?\b/g, 'a time'); // It may be the clock's.
    return `${error instanceof LowwaterError} ${error.code} ${message}`;
  }
}

/** Many ways through the package, that end in texts. */
function series() {
  const cutoffs = new Cutoffs();
  const replica = Cutoffs.replica({ staleAfter: 30, expiredAfter: 300 });
  const [jwk, bounds] = [{ kty: 'oct', k: SECRET.toString('base64url') }, { staleAfter: 1, expiredAfter: 2 }];
  const policy = '{"issuer":"any","audience":"any","algorithms":["HS256"]}';
  return [
    () => validator.validate(token, cutoffs), () => validator.validate(token, cutoffs, {}), () => validator.validate(token, cutoffs, at).claims,
    () => validator.validate(token, replica, at), () => validator.validate(sign({ ...CLAIMS, nbf: NOW + 500 }), cutoffs, at),
    () => validator.explain(token, cutoffs, at), () => cutoffs.issuedBefore(NOW, { subject: 'u', id: 'r', ...at }),
    () => cutoffs.issuedBefore(NOW + 1e6, { subject: 'w', now: NOW }), () => cutoffs.issuedBefore(NOW - 1, { issuer: ANY, claims: { a: 'b' }, ...at }),
    () => cutoffs.authenticatedBefore(NOW - 5, { subject: CLAIMS.sub, exceptSessions: ['s'], ...at }), () => validator.validate(token, cutoffs, at).notes,
    () => cutoffs.revoked('never', { session: 's' }), () => cutoffs.revoked('never', {}), () => cutoffs.suspended({ subject: 's', on: true, version: 1 }),
    () => cutoffs.apply({ rule: 'revoked', target: { session: 't' }, until: 'never' }, at), () => cutoffs.apply({ rule: 'revoked' }),
    () => cutoffs.list(), () => cutoffs.find({ subject: 'u' }), () => cutoffs.find({}), () => cutoffs.compact(), () => cutoffs.freshness({}),
    () => cutoffs.prune(validator, at), () => cutoffs.prune(validator, { now: NOW * 2 }), () => cutoffs.applyJsonLines('nonsense', {}),
    () => cutoffs.applyJsonLines('nonsense', { skipBad: true }), () => replica.loadSnapshot(cutoffs.toSnapshot(at), at),
    () => replica.freshness({ now: NOW + 90 }), () => replica.applyDelta(cutoffs.deltaSince(0, at), at), () => validator.validate(token, replica, { now: NOW + 90 }).freshness,
    () => validator.validate(token, replica, { now: NOW + 90, freshWithin: 5 }), () => new Cutoffs({}).size, () => new Cutoffs({ capacity: 0 }).apply(Rule.revoked('never', { device: 'd' })),
    () => new Index(cutoffs.toIndex(at)).targets, () => Index.replica(cutoffs.toIndex(at), bounds).freshness({ now: NOW + 9 }), () => Index.replica(cutoffs.toIndex(at), {}),
    () => accepted.require({}), () => accepted.require({ scopes: ['read'] }), () => accepted.require({ subject: 'other' }),
    () => accepted.issuedAt, () => accepted.client, () => accepted.header, () => accepted.audiences,
    () => new KeySet(jwk).keyIds, () => new KeySet({ keys: [jwk] }, {}).size, () => new KeySet({ kty: 'oct', k: 'AAAA' }), () => new KeySet([jwk], { allowShortSecret: true }).skipped,
    () => KeySet.fromJwks({ keys: [jwk, { kty: 'AKP' }] }).skipped, () => Key.fromSecret(SECRET, {}).id, () => Key.fromSecret(SECRET, { id: 'a' }).id,
    () => new Validator({ ...OPTIONS }).validate(token, cutoffs, at).subject, () => new Validator({}), () => Validator.fromJson(policy, {}),
    () => Validator.fromJson(policy, { keys: OPTIONS.keys }).keys.size, () => validator.bearer(undefined), () => validator.rulesUnavailable(5),
    () => unverified(token), () => accepted.ticket().recheck(cutoffs, at), () => accepted.ticket().recheck(cutoffs), () => accepted.ticket().isAffectedBy(Rule.issuedBefore(NOW, { subject: 'u' })),
    () => affected([accepted.ticket()], Rule.issuedBefore(NOW + 1, { everyone: true }), at).length,
    () => validator.verify(token).header, () => Rule.issuedBefore(new Date(NOW * 1000), { subject: 'u' }).toObject(),
  ].map(told);
}

test('nothing that all objects inherit changes an answer', () => {
  const folder = new URL('../lib/', import.meta.url);
  const source = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  const names = new Set(source.match(/[A-Za-z_$][\w$]*/g));
  for (const name of ['return', 'get', 'set', 'value']) names.delete(name); // The language asks for these itself.
  const wanted = series();
  assert.ok(names.size > 300 && wanted.filter((one) => one.startsWith('false ')).length === 0, String(wanted));
  for (const name of names) {
    if (name in Object.prototype) continue;
    for (const value of [0, true, 'any', undefined]) {
      Object.prototype[name] = value;
      let got;
      try {
        got = series();
      } finally {
        delete Object.prototype[name];
      }
      assert.deepEqual(got, wanted, `Object.prototype.${name} = ${value}`);
    }
  }
});

test('only plain objects, all of whose members show', () => {
  const defaults = Object.assign(Object.create(null), { now: NOW + 1 });
  class Bare extends null { static make() { return Object.create(Bare.prototype); } }
  class Named { now = NOW + 1; }
  const hidden = Object.defineProperty({}, 'now', { value: NOW + 1, enumerable: false });
  const bad = [
    Object.create(defaults), Object.create({ now: NOW + 1 }), Bare.make(), new Named(), hidden, { [Symbol('now')]: 5 }, Math, JSON, Reflect,
    (function () { return arguments; })(), { now: NOW + 1, [Symbol.toStringTag]: 'x' }, new Map(), new String('x'), Promise.resolve(), /x/,
    new URL('https://x.example/'), Object.create({ hasOwnProperty: 1, isPrototypeOf: 1 }), globalThis, Object.prototype,
    Object.create(Object.create(null, { hasOwnProperty: { value: 1 }, isPrototypeOf: { value: 1 } })),
  ];
  for (const value of bad) {
    for (const [name, call] of [
      ['options', () => validator.validate(token, NO_CUTOFFS, value)], ['options', () => new Cutoffs().revoked('never', value)],
      ['requirement', () => accepted.require(value)], ['rule', () => new Cutoffs().apply(value)], ['claimEquals', () => new Validator({ ...OPTIONS, claimEquals: value })],
      ['claims', () => new Cutoffs().find({ claims: value })], ['keys', () => new KeySet(value)],
    ]) {
      assert.throws(call, (error) => error instanceof ConfigError && error.message.startsWith(`\`${name}\` `), String(Object.prototype.toString.call(value)));
    }
  }
  const good = [{ now: NOW + 1 }, defaults, Object.freeze({ ...at }), structuredClone(at), JSON.parse(JSON.stringify(at)), runInNewContext(`({ now: ${NOW + 1} })`)];
  for (const value of good) assert.equal(validator.validate(token, NO_CUTOFFS, value).subject, CLAIMS.sub);
});

test('only arrays that say how long they are', () => {
  for (const length of [undefined, null, NaN, -1, 1.5, '1', 2 ** 53, {}]) {
    const odd = new Proxy(['admin'], { get: (list, name) => (name === 'length' ? length : list[name]) });
    assert.throws(() => accepted.require({ scopes: odd }), /`scopes` (cannot be read|has more than)/);
    assert.throws(() => new Cutoffs().issuedBefore(NOW, { subject: 'u', exceptSessions: odd }), /`exceptSessions`/);
  }
  const even = new Proxy(['read'], {});
  accepted.require({ scopes: even });
});
