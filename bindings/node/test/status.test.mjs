// Status lists beside the rules.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signed } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { deflateSync } from 'node:zlib';
import { ConfigError, Cutoffs, Index, MessageRefused, NO_CUTOFFS, Rejected, StatusLists, Validator, WithStatus } from '../index.mjs';
import { AUDIENCE, CLAIMS, ISSUER, NOW } from './tokens.mjs';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' }] };
const validator = new Validator({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['EdDSA'], keys: jwks });
const URI = 'https://issuer.example/lists/1';
const at = { now: NOW + 1 };

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function sign(claims, typ = 'at+jwt') {
  const message = `${part({ alg: 'EdDSA', kid: 'k', typ })}.${part(claims)}`;
  return `${message}.${signed(null, Buffer.from(message), privateKey).toString('base64url')}`;
}

/** A list of two bits an entry: passes, is invalid, is suspended. */
const list = (claims = {}) => sign({
  sub: URI, iat: NOW, status_list: { bits: 2, lst: deflateSync(Buffer.from([0b00_10_01_00])).toString('base64url') }, ...claims,
}, 'statuslist+jwt');
const token = (idx, uri = URI) => sign({ ...CLAIMS, status: { status_list: { idx, uri } } });
const lists = (options = {}) => new StatusLists({ issuer: ISSUER, lists: 'https://issuer.example/lists/', algorithms: ['EdDSA'], ...options });

const codeOf = (call) => {
  try {
    call();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return error.code;
  }
};

test('a list decides, in every call that takes rules', () => {
  const all = lists();
  const cutoffs = new Cutoffs();
  const index = new Index(cutoffs.toIndex(at));
  for (const rules of [cutoffs.withStatus(all), index.withStatus([all]), new WithStatus(NO_CUTOFFS, all)]) {
    assert.equal(codeOf(() => validator.validate(token(0), rules, at)), 'status_unavailable');
  }
  assert.equal(codeOf(() => validator.validate(token(0), cutoffs, at)), 'accepted'); // nobody asked
  const before = cutoffs.withStatus(all); // made before the list came: it is one for all
  all.hydrate(URI, list(), jwks, { now: NOW });
  for (const rules of [before, cutoffs.withStatus([lists({ issuer: 'https://other.example/' }), all]), index.withStatus(all), new WithStatus(cutoffs.withStatus(lists({ issuer: 'https://other.example/' })), all)]) {
    assert.deepEqual([0, 1, 2, 9].map((idx) => codeOf(() => validator.validate(token(idx), rules, at))), ['accepted', 'status_invalid', 'status_suspended', 'status_invalid']);
    const many = validator.validateMany([token(0), token(1)], rules, { ...at, threads: 2 });
    assert.deepEqual(many.map((one) => one.code), [undefined, 'status_invalid']);
    assert.equal(validator.explain(token(1), rules, at).rejection.code, 'status_invalid');
    const ticket = validator.validate(token(2), cutoffs, at).ticket();
    assert.equal(codeOf(() => ticket.recheck(rules, at)), 'status_suspended');
    assert.equal(codeOf(() => validator.validate(token(0), rules, { ...at, freshWithin: 5 })), 'accepted');
  }
  // Rules are those of the moment, and their age counts.
  cutoffs.issuedBefore(NOW + 1, { subject: CLAIMS.sub, issuer: ISSUER, ...at });
  assert.equal(codeOf(() => validator.validate(token(0), before, at)), 'token_revoked');
  assert.equal(codeOf(() => validator.validate(token(0), Cutoffs.replica({ staleAfter: 1, expiredAfter: 2 }).withStatus(all), at)), 'rules_unavailable');
  // What was accepted with lists can be asked after it was forgotten.
  const accepted = validator.validate(token(0), new Cutoffs().withStatus(all), at);
  for (let turn = 0; turn < 1100; turn += 1) validator.validate(token(0), NO_CUTOFFS, at);
  assert.equal(accepted.claims.sub, CLAIMS.sub);
});

test('a list that is not taken', () => {
  const all = lists();
  for (const [text, code] of [
    [list({ sub: 'https://issuer.example/lists/2' }), 'claim_mismatch'], [list({ iat: NOW + 1000 }), 'issued_in_future'], [list({ exp: NOW }), 'token_expired'],
    [sign(CLAIMS), 'type_not_allowed'], ['nonsense', 'token_malformed'], ['\ud800', 'token_malformed'], [list({ iss: 'https://other.example/' }), 'issuer_not_allowed'],
  ]) {
    assert.throws(() => all.hydrate(URI, text, jwks, { now: NOW }), (no) => no instanceof MessageRefused && no.code === code && no.reply === undefined, code);
  }
  assert.throws(() => all.hydrate('https://elsewhere.example/1', list(), jwks, { now: NOW }), { code: 'address' });
  all.hydrate(URI, list(), jwks, { now: NOW });
  assert.throws(() => all.hydrate(URI, list({ iat: NOW - 60 }), jwks, { now: NOW }), { code: 'older_list' });
  assert.deepEqual([all.issuer, all.listIssuer, all.faults], [ISSUER, ISSUER, {}]);
  assert.equal(lists({ listIssuer: 'https://status.example/' }).listIssuer, 'https://status.example/');
  assert.equal(inspect(all), 'StatusLists {}');
});

test('mistakes', () => {
  const [all, cutoffs] = [lists(), new Cutoffs()];
  for (const [options, text] of [
    [{ issuer: '' }, /issuer/], [{ lists: [] }, /`lists`/], [{ lists: 'http://issuer.example/' }, /must be https/], [{ algorithms: [] }, /`algorithms`/],
    [{ maxListBytes: 0 }, /`maxListBytes` must be 1 to 64 MiB/], [{ forgetAfter: 1 }, /`forgetAfter` must be/], [{ coolDown: -1 }, /`coolDown`/], [{ list_issuer: 'x' }, /camelCase/],
  ]) assert.throws(() => lists(options), (error) => error instanceof ConfigError && text.test(error.message), JSON.stringify(options));
  for (const bad of [undefined, null, {}, [], [undefined], [all, {}], cutoffs, 'x', Object.create(StatusLists.prototype), new Proxy(all, {})]) {
    assert.throws(() => cutoffs.withStatus(bad), /`lists` must be StatusLists, or an array of them/);
    assert.throws(() => new WithStatus(NO_CUTOFFS, bad), ConfigError);
  }
  for (const bad of [undefined, {}, all, Object.create(WithStatus.prototype)]) {
    assert.throws(() => new WithStatus(bad, all), /`cutoffs` must be/);
    assert.throws(() => validator.validate(token(0), bad), /`cutoffs` must be/);
  }
  assert.throws(() => cutoffs.merge(cutoffs.withStatus(all)), /`other` must be Cutoffs/);
});
