// Requests to revoke: of a user everything, of a client one token.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ConfigError, Cutoffs, GlobalRevocation, MessageRefused, NO_CUTOFFS, Revocation, RevocationRequest, Validator } from '../index.mjs';
import { CLAIMS, ISSUER, NOW, OPTIONS, sign } from './tokens.mjs';

const [JSON_TYPE, FORM] = ['application/json', 'application/x-www-form-urlencoded'];
const at = { now: NOW + 60 };
const validator = new Validator(OPTIONS);

/** Applies the rules of a revocation, and says what becomes of a token then. */
function after({ rules }, token) {
  const cutoffs = new Cutoffs();
  for (const rule of rules) cutoffs.apply(rule, at);
  try {
    validator.validate(token, cutoffs, at);
    return 'accepted';
  } catch (no) {
    return no.code;
  }
}

test('everything of a user', () => {
  const revocation = new GlobalRevocation({ issuer: ISSUER, formats: { email: 'claim:email' } });
  const body = JSON.stringify({ sub_id: { format: 'iss_sub', iss: ISSUER, sub: CLAIMS.sub } });
  const revoked = revocation.receive(JSON_TYPE, body, at);
  assert.ok(revoked instanceof Revocation && Object.isFrozen(revoked));
  assert.deepEqual([revoked.reply.status, revoked.reply.body], [204, '']);
  assert.deepEqual([after(revoked, sign()), after(revoked, sign({ ...CLAIMS, sub: 'other' }))], ['session_revoked', 'accepted']);
  const bytes = Buffer.from(JSON.stringify({ sub_id: { format: 'email', email: 'a@example.com' } }));
  assert.equal(after(revocation.receive(`${JSON_TYPE}; charset=utf-8`, bytes, at), sign({ ...CLAIMS, email: 'a@example.com' })), 'session_revoked');
  assert.equal(revocation.unknownUser.status, 404);
  for (const [type, body, code, status] of [
    [undefined, bytes, 'claim_type', 400], [JSON_TYPE, '{}', 'claim_missing', 400], [JSON_TYPE, 'no', 'claims_malformed', 400],
    [JSON_TYPE, '{"sub_id":{"format":"phone_number","phone_number":"+1"}}', 'subject_unresolved', 422],
    [JSON_TYPE, '{"sub_id":{"format":"iss_sub","iss":"https://b.example/","sub":"u"}}', 'overreach', 403],
  ]) {
    assert.throws(() => revocation.receive(type, body, at), (no) => no instanceof MessageRefused && no.code === code
      && no.reply.status === status && JSON.parse(no.reply.body).error === code, String(body));
  }
});

test('one token, by the client that has it', () => {
  const token = sign({ ...CLAIMS, client_id: 'c1', jti: 't1' });
  const request = RevocationRequest.read(FORM, String(new URLSearchParams({ token, token_type_hint: 'access_token' })));
  assert.deepEqual([request.token, request.hint, request.reply.status], [token, 'access_token', 200]);
  assert.equal(inspect(request), 'RevocationRequest {}');
  const accepted = validator.validate(request.token, NO_CUTOFFS, at);
  for (const options of [{ client: 'c1' }, {}, undefined]) {
    const revoked = RevocationRequest.accessToken(accepted, options);
    assert.deepEqual([after(revoked, token), after(revoked, sign({ ...CLAIMS, client_id: 'c1', jti: 't2' }))], ['token_revoked', 'accepted']);
    assert.equal(revoked.reply.status, 200);
  }
  // The answer tells nobody which tokens are good; the code is for the log.
  assert.throws(() => RevocationRequest.accessToken(accepted, { client: 'c2' }), (no) => no.code === 'other_client' && no.reply.status === 200);
  const { sub, ...rest } = CLAIMS;
  assert.throws(() => RevocationRequest.accessToken(validator.validate(sign(rest), NO_CUTOFFS, at)), { code: 'no_name' });
  // A client that is not known is not an operator.
  for (const client of [undefined, null, 5, '\ud800']) assert.throws(() => RevocationRequest.accessToken(accepted, { client }), /`client`/);
  for (const other of [undefined, {}, token, validator, Object.create(Object.getPrototypeOf(accepted))]) {
    assert.throws(() => RevocationRequest.accessToken(other), ConfigError);
  }
});

test('what is no request of RFC 7009', () => {
  for (const [type, body, code] of [[JSON_TYPE, 'token=x', 'claim_type'], [FORM, '', 'claim_missing'], [FORM, 'token=', 'claim_missing'],
    [FORM, 'token=a&token=b', 'claim_type'], [FORM, `token=${'a'.repeat(70_000)}`, 'claim_type'], [null, 'token=x', 'claim_type']]) {
    assert.throws(() => RevocationRequest.read(type, body), (no) => no instanceof MessageRefused && no.code === code
      && no.reply.status === 400 && JSON.parse(no.reply.body).error === 'invalid_request', `${type} ${body.slice(0, 20)}`);
  }
  assert.equal(RevocationRequest.read(FORM, Buffer.from('token=x')).hint, undefined);
});

test('what was issued under a grant', () => {
  const revoked = RevocationRequest.grant(ISSUER, CLAIMS.sub, 'c1', at);
  const mine = { ...CLAIMS, client_id: 'c1' };
  assert.deepEqual([after(revoked, sign(mine)), after(revoked, sign({ ...mine, client_id: 'c2' }))], ['token_revoked', 'accepted']);
  for (const args of [[undefined, 'u', 'c'], [ISSUER, null, 'c'], [ISSUER, 'u', 5], [ISSUER, 'u', 'c', { now: 'x' }]]) {
    assert.throws(() => RevocationRequest.grant(...args), ConfigError);
  }
});
