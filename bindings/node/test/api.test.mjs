import assert from 'node:assert/strict';
import { createPublicKey, createSecretKey, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import {
  ANY, Accepted, ConfigError, Cutoffs, Index, Key, KeySet, LowwaterError, NO_CUTOFFS, Rejected, Rule, Signed, Ticket,
  Validator, affected, unverified, version,
} from '../index.mjs';
import { AUDIENCE, CLAIMS, ISSUER, NOW, OPTIONS, SECRET, sign } from './tokens.mjs';

const validator = new Validator(OPTIONS);
const at = { now: NOW + 1 };
const accept = (claims = {}, cutoffs = NO_CUTOFFS) => validator.validate(sign({ ...CLAIMS, ...claims }), cutoffs, at);
const rejects = (call, code, more = {}) => assert.throws(call, (error) => {
  assert.ok(error instanceof Rejected && error instanceof LowwaterError && error instanceof Error);
  assert.equal(error.code, code);
  for (const [name, value] of Object.entries(more)) assert.deepEqual(error[name], value);
  return true;
});
const mistakes = (call, text) => assert.throws(call, (error) => {
  assert.ok(error instanceof ConfigError, String(error));
  assert.match(error.message, text);
  return true;
});

describe('an accepted token', () => {
  const claims = {
    client_id: 'web', sid: 's1', jti: 't1', scope: 'read write', permissions: ['p'], auth_time: NOW - 10.5, nbf: NOW,
    cnf: { jkt: 'thumb' },
  };

  test('tells what it says', () => {
    const accepted = accept(claims);
    assert.equal(accepted.issuer, ISSUER);
    assert.equal(accepted.subject, 'auth0|42');
    assert.deepEqual(accepted.audiences, [AUDIENCE]);
    assert.equal(accepted.client, 'web');
    assert.equal(accepted.session, 's1');
    assert.equal(accepted.tokenId, 't1');
    assert.deepEqual(accepted.scopes, ['read', 'write']);
    assert.deepEqual(accepted.permissions, ['p']);
    assert.deepEqual(accepted.issuedAt, new Date(NOW * 1000));
    assert.deepEqual(accepted.expiresAt, new Date((NOW + 3600) * 1000));
    assert.deepEqual(accepted.notBefore, new Date(NOW * 1000));
    assert.deepEqual(accepted.authenticatedAt, new Date(NOW * 1000 - 10_500));
    assert.equal(accepted.algorithm, 'HS256');
    assert.equal(typeof accepted.keyId, 'string');
    assert.equal(accepted.tokenType, undefined);
    assert.equal(accepted.headerJson, '{"alg":"HS256"}');
    assert.equal(accepted.header.alg, 'HS256');
    assert.deepEqual(accepted.notes, []);
    assert.deepEqual(accepted.freshness, { state: 'fresh', age: null });
  });

  test('has undefined for what is absent', () => {
    const accepted = accept();
    for (const name of ['client', 'session', 'tokenId', 'notBefore', 'authenticatedAt']) assert.equal(accepted[name], undefined);
    assert.deepEqual(accepted.scopes, []);
  });

  test('is asked what its bearer may do', () => {
    const accepted = accept(claims);
    accepted.require({
      scopes: ['read'], anyScope: ['nothing', 'write'], permissions: ['p'], anyPermission: ['p'], subject: 'auth0|42',
      confirmation: 'thumb',
    });
    rejects(() => accepted.require({ scopes: ['delete'] }), 'scope_missing', {
      status: 403, stage: 'permission', remedy: 'step_up',
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="delete"' },
    });
    rejects(() => accepted.require({ subject: 'other' }), 'subject_not_allowed', { status: 403, headers: {} });
    rejects(() => accepted.require({ confirmation: 'other' }), 'confirmation_mismatch', { status: 401 });
    rejects(() => accepted.require({ anyPermission: [] }), 'permission_missing');
  });

  test('still answers when thousands were validated since', () => {
    const accepted = accept(claims);
    for (let number = 0; number < 5000; number += 1) accept({ jti: String(number) });
    assert.equal(accepted.tokenId, 't1');
    assert.equal(accepted.claims.sid, 's1');
    accepted.require({ scopes: ['write'] });
    rejects(() => accepted.require({ scopes: ['delete'] }), 'scope_missing');
    assert.deepEqual(accepted.ticket().recheck(NO_CUTOFFS, at), { state: 'fresh', age: null });
  });

  test('shows nobody in a log', () => {
    const accepted = accept(claims);
    assert.equal(inspect(accepted), "Accepted { algorithm: 'HS256' }");
    assert.equal(JSON.stringify(accepted), '{}');
    assert.deepEqual(structuredClone(accepted), {});
  });
});

describe('claims', () => {
  test('are one object, without prototypes, in which every name is data', () => {
    const json = `{"iss":"${ISSUER}","aud":"${AUDIENCE}","iat":${NOW},"exp":${NOW + 9},
      "__proto__":{"admin":true},"constructor":1,"toString":[{"hasOwnProperty":2}],"n":{"__proto__":null}}`;
    const accepted = validator.validate(sign(json), NO_CUTOFFS, at);
    const { claims } = accepted;
    assert.equal(claims, accepted.claims);
    assert.equal(claims.admin, undefined);
    assert.equal(Object.getPrototypeOf(claims), null);
    assert.deepEqual(Object.keys(claims), ['iss', 'aud', 'iat', 'exp', '__proto__', 'constructor', 'toString', 'n']);
    assert.equal(claims.constructor, 1);
    assert.equal(claims.__proto__.admin, true);
    assert.equal(claims.toString[0].hasOwnProperty, 2);
    assert.equal('valueOf' in claims, false);
    assert.equal('valueOf' in claims.toString[0], false);
    assert.equal(claims.n.__proto__, null);
    assert.equal({}.admin, undefined);
  });

  test('keep the digits of large integers in their JSON', () => {
    const json = `{"iss":"${ISSUER}","aud":"${AUDIENCE}","iat":${NOW},"exp":${NOW + 9},"id":9007199254740993}`;
    assert.match(validator.validate(sign(json), NO_CUTOFFS, at).claimsJson, /"id":9007199254740993/);
  });

  test('that are required are not found on prototypes', () => {
    const strict = new Validator({ ...OPTIONS, required: ['toString'] });
    rejects(() => strict.validate(sign(), NO_CUTOFFS, at), 'claim_missing');
  });
});

describe('a validator', () => {
  test('tells what the token lacks, and what can be done', () => {
    const expired = sign({ ...CLAIMS, iat: NOW - 7200, exp: NOW - 3600 });
    rejects(() => validator.validate(expired, NO_CUTOFFS, at), 'token_expired', { status: 401, stage: 'policy', remedy: 'refresh' });
    const early = sign({ ...CLAIMS, nbf: NOW + 100.5 });
    rejects(() => validator.validate(early, NO_CUTOFFS, { now: NOW }), 'token_not_yet_valid', {
      remedy: 'wait_until', waitUntil: new Date((NOW + 40.5) * 1000),
    });
    rejects(() => validator.validate('\ud800.a.b', NO_CUTOFFS), 'token_malformed');
  });

  test('reads the clock', () => {
    const seconds = Math.floor(Date.now() / 1000);
    validator.validate(sign({ ...CLAIMS, iat: seconds, exp: seconds + 60 }), NO_CUTOFFS);
    rejects(() => validator.validate(sign(), NO_CUTOFFS), 'token_expired');
  });

  test('takes any issuer where that is said', () => {
    const any = new Validator({ ...OPTIONS, issuer: ANY, audience: ANY, tokenType: ANY });
    assert.equal(any.validate(sign({ ...CLAIMS, iss: 'x' }), NO_CUTOFFS, at).issuer, 'x');
    rejects(() => validator.validate(sign({ ...CLAIMS, iss: 'x' }), NO_CUTOFFS, at), 'issuer_not_allowed');
  });

  test('reads a header', () => {
    assert.equal(validator.bearer('bearer a.b.c'), 'a.b.c');
    rejects(() => validator.bearer(undefined), 'token_missing', { headers: { 'WWW-Authenticate': 'Bearer' } });
    rejects(() => validator.bearer(null), 'token_missing');
    rejects(() => validator.bearer('Basic a'), 'token_missing');
  });

  test('says when the rules cannot be asked', () => {
    const no = validator.rulesUnavailable(5);
    assert.ok(no instanceof Rejected);
    assert.deepEqual([no.status, no.code, no.headers], [503, 'rules_unavailable', { 'Retry-After': '5' }]);
    assert.equal(JSON.parse(JSON.stringify(no)).code, 'rules_unavailable');
  });

  test('is made of JSON, and takes other keys', () => {
    const policy = JSON.stringify({ issuer: [ISSUER], audience: 'any', algorithms: ['HS256'], missing_auth_time: 'refuse' });
    const read = Validator.fromJson(policy, { keys: OPTIONS.keys });
    assert.equal(read.validate(sign(), NO_CUTOFFS, at).subject, 'auth0|42');
    const other = read.withKeys(Key.fromSecret(Buffer.alloc(32, 8)));
    rejects(() => other.validate(sign(), NO_CUTOFFS, at), 'signature_invalid');
    assert.equal(other.keys.size, 1);
    mistakes(() => Validator.fromJson('{"leway":1}', { keys: OPTIONS.keys }), /at byte 9: the member "leway" is unknown/);
  });

  test('explains', () => {
    const explained = validator.explain(sign(), NO_CUTOFFS, { now: NOW + 9999 });
    assert.equal(explained.accepted, false);
    assert.equal(explained.rejection.code, 'token_expired');
    assert.ok(explained.checks.some((check) => check.outcome === 'fail' && check.code === 'token_expired'));
    assert.equal(validator.explain(sign(), NO_CUTOFFS, at).accepted, true);
  });

  test('tells mistakes in the names that were typed', () => {
    mistakes(() => new Validator({ ...OPTIONS, clockTolerance: 5 }), /"clockTolerance" is unknown; those of a policy .* maxLifetime/);
    mistakes(() => new Validator({ ...OPTIONS, max_age: 5 }), /`max_age` is unknown: names are written in camelCase/);
    mistakes(() => new Validator({ ...OPTIONS, maxLifetime: -1 }), /maxLifetime/);
    mistakes(() => new Validator({ ...OPTIONS, keys: [] }), /no key/);
    mistakes(() => Key.fromSecret(Buffer.from('short')), /9 bytes|5 bytes.*`fromShortSecret`/);
    mistakes(() => new Validator({ ...OPTIONS, keys: SECRET }), /`fromSecret`/);
  });
});

describe('keys', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a' };
  const [pem, der] = ['pem', 'der'].map((format) => publicKey.export({ type: 'spki', format }));
  const message = [{ alg: 'EdDSA' }, { hello: 1 }].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.');
  const token = `${message}.${signWith(null, message, privateKey).toString('base64url')}`;

  test('come in every form', () => {
    const forms = [
      jwk, { keys: [jwk] }, JSON.stringify(jwk), Buffer.from(JSON.stringify({ keys: [jwk] })), pem, Buffer.from(pem), der,
      new Uint8Array(der), publicKey, [jwk], [pem, Key.fromSecret(SECRET)], Key.fromJwk(jwk), Key.fromDer(der), Key.fromPem(pem),
      new KeySet(jwk), KeySet.fromJwks({ keys: [jwk] }),
    ];
    for (const form of forms) {
      const signed = new KeySet(form).verify(token, ['EdDSA']);
      assert.equal(new TextDecoder().decode(signed.payload), '{"hello":1}');
      assert.deepEqual([signed.algorithm, signed.header.alg, signed.headerJson], ['EdDSA', 'EdDSA', '{"alg":"EdDSA"}']);
      assert.equal(inspect(signed), "Signed { algorithm: 'EdDSA' }");
    }
    assert.equal(new KeySet(createSecretKey(SECRET)).size, 1);
    assert.equal(new KeySet(createPublicKey(pem)).size, 1);
    mistakes(() => new KeySet(privateKey), /`keys` holds a private key/);
  });

  test('have names, algorithms and faults', () => {
    const key = Key.fromPem(pem, { id: 'b', algorithm: 'EdDSA' });
    assert.deepEqual([key.id, key.algorithm], ['b', 'EdDSA']);
    assert.equal(Key.fromJwk(jwk).algorithm, undefined);
    mistakes(() => Key.fromPem(pem, { algorithm: 'RS256' }), /alg/);
    const set = KeySet.fromJwks({ keys: [jwk, { kty: 'AKP', kid: 'z' }] });
    assert.deepEqual([set.keyIds, set.size, set.skipped[0].key_id], [['a'], 1, 'z']);
    assert.equal(set.union(key).size, 2);
    rejects(() => set.verify('a.b', ['EdDSA']), 'token_malformed');
    assert.throws(() => set.verify(token, []), ConfigError);
  });

  test('are bound to issuers', () => {
    const bound = validator.withKeys(new KeySet(OPTIONS.keys).forIssuer('https://other.example/'));
    rejects(() => bound.validate(sign(), NO_CUTOFFS, at), 'issuer_not_allowed');
  });
});

describe('rules', () => {
  test('refuse what was issued before', () => {
    const cutoffs = new Cutoffs();
    const issued = new Date(NOW * 1000 + 400);
    assert.equal(cutoffs.issuedBefore(issued, { subject: 'auth0|42', issuer: ISSUER, id: 'r', ...at }), 'applied');
    assert.equal(cutoffs.issuedBefore(issued, { subject: 'auth0|42', issuer: ISSUER, id: 'r', ...at }), 'already_held');
    rejects(() => accept({}, cutoffs), 'token_revoked', { remedy: 'wait_until', waitUntil: new Date((NOW + 1) * 1000) });
    accept({ sub: 'other' }, cutoffs);
    accept({ iat: NOW + 1 }, cutoffs);
    assert.equal(cutoffs.size, 1);
    assert.equal(cutoffs.list()[0].toObject().at, '2023-11-14T22:13:20.400Z');
    assert.equal(cutoffs.find({ subject: 'auth0|42', issuer: ISSUER })[0].id, 'r');
    assert.equal(cutoffs.lift('r'), 1);
    accept({}, cutoffs);
    assert.throws(() => cutoffs.issuedBefore(issued, { subject: 'x', id: 'r', ...at }), { code: 'rule_lifted' });
  });

  test('are of four kinds, about anything', () => {
    const cutoffs = new Cutoffs();
    const all = [
      [{ sub: 'a' }, () => cutoffs.authenticatedBefore(NOW + 1, { subject: 'a', exceptSessions: ['s'], ...at }), 'session_revoked'],
      [{ client_id: 'c' }, () => cutoffs.issuedBefore(NOW + 1, { client: 'c', skewGuard: 1, ...at }), 'token_revoked'],
      [{ sid: 's1' }, () => cutoffs.revoked('never', { session: 's1' }), 'session_revoked'],
      [{ jti: 't1' }, () => cutoffs.revoked('2030-01-01T00:00:00.5Z', { tokenId: 't1' }), 'token_revoked'],
      [{ org_id: 5 }, () => cutoffs.revoked(NOW + 100, { tenant: 5, ...at }), 'token_revoked'],
      [{ device_id: 'd' }, () => cutoffs.revoked(new Date('2030-01-01'), { device: 'd' }), 'session_revoked'],
      [{ cnf: { jkt: 'k' } }, () => cutoffs.revoked('never', { confirmation: 'k' }), 'token_revoked'],
      [{ roles: ['x', 'y'] }, () => cutoffs.revoked('never', { claims: { roles: 'y' } }), 'token_revoked'],
      [{ sub: 'b' }, () => cutoffs.suspended({ subject: 'b', issuer: ANY, on: true, version: 1, reason: 'r' }), 'suspended'],
    ];
    for (const [claims, apply, code] of all) {
      accept(claims, cutoffs);
      assert.equal(apply(), 'applied');
      rejects(() => accept(claims, cutoffs), code);
    }
    assert.equal(cutoffs.size, all.length);
    accept({ sub: 'a', sid: 's' }, cutoffs);
    cutoffs.suspended({ subject: 'b', on: false, version: 2 });
    accept({ sub: 'b' }, cutoffs);
    cutoffs.issuedBefore(NOW + 1, { everyone: true, ...at });
    rejects(() => accept({ sub: 'z' }, cutoffs), 'token_revoked');
    rejects(() => accept({ sub: 'a', iat: NOW - 5 }, cutoffs), 'session_revoked');
  });

  test('are values', () => {
    const rule = Rule.issuedBefore(new Date(NOW * 1000), { subject: 'u', id: 'r', reason: 'why' });
    assert.deepEqual([rule.kind, rule.id, rule.reason, inspect(rule)], ['issued_before', 'r', 'why', "Rule { kind: 'issued_before' }"]);
    assert.match(rule.toJson(), /"at":1700000000\.0/);
    assert.match(Rule.issuedBefore(NOW, { subject: 'u' }).toJson(), /"at":1700000000[,}]/);
    assert.match(Rule.issuedBefore(BigInt(NOW), { subject: 'u' }).toJson(), /"at":1700000000[,}]/);
    const cutoffs = new Cutoffs();
    assert.equal(cutoffs.apply(rule, at), 'applied');
    assert.equal(cutoffs.apply(Rule.fromJson(rule.toJson()), at), 'already_held');
    assert.equal(cutoffs.apply(rule.toJson(), at), 'already_held');
    assert.equal(cutoffs.apply({ rule: 'revoked', target: { session: 's' }, until: 'never' }, at), 'applied');
    assert.equal(cutoffs.issuedBefore(NOW + 500, { subject: 'v', now: NOW }), 'clamped');
    mistakes(() => Rule.issuedBefore(NOW, {}), /target/);
    mistakes(() => Rule.issuedBefore(1e12, { subject: 'u' }), /253402300799/);
    mistakes(() => Rule.revoked('never', { subjekt: 'u' }), /no dimension/);
  });

  test('are kept and read back', () => {
    const cutoffs = new Cutoffs({ capacity: 2 });
    cutoffs.issuedBefore(NOW, { subject: 'auth0|42', ...at });
    for (const copy of [
      (to) => to.loadSnapshot(cutoffs.toSnapshot(at), at), (to) => to.loadJsonLines(cutoffs.toJsonLines()),
      (to) => { to.merge(cutoffs); return to.size; }, (to) => to.applyJsonLines(cutoffs.list()[0].toJson(), at).applied,
    ]) {
      const other = new Cutoffs();
      assert.equal(copy(other), 1);
      rejects(() => accept({}, other), 'token_revoked');
    }
    const lines = `${JSON.stringify({ rule: 'revoked', target: { session: 's' }, until: 'never' })}\nnonsense`;
    assert.throws(() => cutoffs.applyJsonLines(lines), ConfigError);
    const came = cutoffs.applyJsonLines(lines, { skipBad: true });
    assert.deepEqual([came.applied, came.clamped, came.alreadyHeld, came.skipped[0].line], [1, 0, 0, 2]);
    assert.throws(() => cutoffs.revoked('never', { session: 't' }), { code: 'capacity_exceeded' });
    assert.throws(() => cutoffs.loadSnapshot(new Uint8Array(3)), ConfigError);
  });

  test('travel to replicas, which know their age', () => {
    const [authority, replica] = [new Cutoffs(), Cutoffs.replica({ staleAfter: 30, expiredAfter: 300 })];
    rejects(() => accept({}, replica), 'rules_unavailable', { status: 503, remedy: 'retry_later' });
    replica.loadSnapshot(authority.toSnapshot(at), at);
    authority.issuedBefore(NOW + 1, { subject: 'u', ...at });
    assert.deepEqual(replica.applyDelta(authority.deltaSince(replica.sequence, at), at), { complete: true, sequence: 1 });
    assert.deepEqual(replica.freshness({ now: NOW + 41 }), { state: 'stale', age: 40 });
    const old = validator.validate(sign(), replica, { now: NOW + 41 });
    assert.deepEqual(old.freshness, { state: 'stale', age: 40 });
    assert.equal(old.subject, 'auth0|42');
    rejects(() => validator.validate(sign(), replica, { now: NOW + 41, freshWithin: 1 }), 'rules_unavailable');
    replica.loaded(NOW + 41, { now: NOW + 41 });
    assert.equal(replica.freshness({ now: NOW + 41 }).state, 'fresh');
    assert.throws(() => replica.deltaSince(0), ConfigError);
  });

  test('are pruned and compacted', () => {
    const cutoffs = new Cutoffs();
    cutoffs.issuedBefore(NOW, { subject: 'u', issuer: ISSUER, ...at });
    cutoffs.issuedBefore(NOW, { subject: 'u', ...at });
    assert.equal(cutoffs.compact(at), 1);
    assert.equal(cutoffs.prune(validator, { now: NOW + 90_000 }), 1);
    assert.throws(() => cutoffs.prune([validator], { now: NOW * 2 }), ConfigError);
    assert.equal(cutoffs.prune([validator, validator], { now: NOW * 2, force: true }), 0);
  });

  test('are asked in place', () => {
    const cutoffs = new Cutoffs();
    cutoffs.issuedBefore(NOW + 1, { subject: 'auth0|42', issuer: ISSUER, ...at });
    const bytes = cutoffs.toIndex(at);
    const index = new Index(bytes);
    bytes.fill(0);
    rejects(() => accept({}, index), 'token_revoked');
    accept({ sub: 'other' }, index);
    index.checkAll();
    assert.equal(index.targets, 1);
    const replica = Index.replica(cutoffs.toIndex(at), { staleAfter: 1, expiredAfter: 2 });
    assert.equal(replica.freshness({ now: NOW + 4 }).state, 'expired');
    assert.throws(() => new Index(bytes), ConfigError);
  });

  test('say when iat stood for auth_time', () => {
    const cutoffs = new Cutoffs();
    cutoffs.authenticatedBefore(NOW - 100, { subject: 'auth0|42', ...at });
    assert.deepEqual(accept({}, cutoffs).notes, ['issued_at_for_auth_time']);
  });

  test('close connections', () => {
    const tickets = ['a', 'b'].map((sub) => accept({ sub }).ticket());
    const rule = Rule.issuedBefore(NOW + 1, { subject: 'a' });
    assert.deepEqual(affected(tickets, rule, at), [tickets[0]]);
    assert.deepEqual(affected(new Set(tickets), rule.toObject(), at), [tickets[0]]);
    assert.equal(tickets[1].isAffectedBy(rule, at), false);
    const cutoffs = new Cutoffs();
    cutoffs.apply(rule, at);
    rejects(() => tickets[0].recheck(cutoffs, at), 'token_revoked');
    assert.deepEqual(tickets[1].recheck(cutoffs, at), { state: 'fresh', age: null });
    rejects(() => tickets[1].recheck(cutoffs, { now: NOW + 9999 }), 'token_expired');
    const replica = Cutoffs.replica({ staleAfter: 30, expiredAfter: 300 });
    replica.loaded(NOW, at);
    const later = { now: NOW + 40 };
    assert.deepEqual(tickets[1].recheck(replica, later), { state: 'stale', age: 40 });
    rejects(() => tickets[1].recheck(replica, { ...later, freshWithin: 1 }), 'rules_unavailable');
    assert.ok(tickets[0] instanceof Ticket);
  });
});

test('what a token says, unproven', () => {
  const { header, claims } = unverified(sign().replace(/[^.]+$/, 'AAAA'));
  assert.deepEqual([header.alg, claims.sub, Object.getPrototypeOf(claims)], ['HS256', 'auth0|42', null]);
  rejects(() => unverified('x'), 'token_malformed');
});

test('the names', () => {
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.ok(accept() instanceof Accepted && new KeySet(OPTIONS.keys).verify(sign(), ['HS256']) instanceof Signed);
  for (const error of [ConfigError, Rejected]) assert.equal(error.prototype.name, error.name);
});
