// The memo changes what a decision costs and never the decision; many tokens in one call are as many decisions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Accepted, ConfigError, Cutoffs, Key, NO_CUTOFFS, Rejected, Validator } from '../index.mjs';
import { CLAIMS, NOW, OPTIONS, SECRET, sign } from './tokens.mjs';

/** What can be seen of an answer. */
function seen(answer) {
  if (answer instanceof Rejected) return answer.toJSON();
  return { claims: answer.claimsJson, keyId: answer.keyId, notes: answer.notes, freshness: answer.freshness };
}

function asked(validator, token, cutoffs, now = NOW) {
  try {
    return seen(validator.validate(token, cutoffs, { now }));
  } catch (no) {
    assert(no instanceof Rejected, no);
    return seen(no);
  }
}

for (const memoBytes of [undefined, 0, 100_000]) {
  test(`a token that is known is decided anew: ${memoBytes} bytes`, () => {
    const validator = new Validator(memoBytes === undefined ? OPTIONS : { ...OPTIONS, memoBytes });
    const plain = new Validator({ ...OPTIONS, memoBytes: 0 });
    const [cutoffs, token] = [new Cutoffs(), sign()];
    for (let round = 0; round < 3; round += 1) assert.deepEqual(asked(validator, token, cutoffs), asked(plain, token, cutoffs));
    cutoffs.issuedBefore(NOW + 1, { subject: CLAIMS.sub }, { now: NOW + 1 });
    for (const [rules, now, code] of [
      [cutoffs, NOW + 1, 'token_revoked'], [NO_CUTOFFS, NOW + 3660, 'token_expired'], [NO_CUTOFFS, NOW - 61, 'issued_in_future'],
    ]) {
      assert.deepEqual(asked(validator, token, rules, now), asked(plain, token, rules, now));
      assert.equal(asked(validator, token, rules, now).code, code);
    }
    assert.deepEqual(asked(validator, token, NO_CUTOFFS), asked(plain, token, NO_CUTOFFS));
  });
}

test('keys that are exchanged prove nothing of before', () => {
  const [validator, token] = [new Validator(OPTIONS), sign()];
  validator.validate(token, NO_CUTOFFS, { now: NOW });
  const rotated = validator.withKeys(Key.fromSecret(new Uint8Array(32)));
  assert.equal(asked(rotated, token, NO_CUTOFFS).code, 'signature_invalid');
  const back = rotated.withKeys(Key.fromSecret(SECRET));
  assert.equal(back.validate(token, NO_CUTOFFS, { now: NOW }).subject, CLAIMS.sub);
});

test('a policy in JSON has a memo beside it', () => {
  const policy = JSON.stringify({ issuer: [OPTIONS.issuer], audience: [OPTIONS.audience], algorithms: ['HS256'] });
  const validator = Validator.fromJson(policy, { keys: OPTIONS.keys, memoBytes: 0 });
  assert.equal(validator.validate(sign(), NO_CUTOFFS, { now: NOW }).subject, CLAIMS.sub);
  const within = JSON.stringify({ ...JSON.parse(policy), memo_bytes: 0 });
  assert.throws(() => Validator.fromJson(within, { keys: OPTIONS.keys }), ConfigError);
});

const BAD = ['', 'a.b.c', '\ud800', 'x'.repeat(20_000), `${sign()}A`, sign({ ...CLAIMS, iat: NOW - 200, exp: NOW - 100 })];

/** Good ones, and of each kind of bad one some. */
const tokens = (count) => Array.from({ length: count }, (_, number) =>
  (number % 3 === 0 ? BAD[(number / 3) % BAD.length] : sign({ ...CLAIMS, sub: `u${number % 7}`, jti: String(number) })));

for (const threads of [undefined, 1, 2, 5]) {
  test(`many are decided as each alone: ${threads} threads`, () => {
    const [validator, cutoffs] = [new Validator(OPTIONS), new Cutoffs()];
    cutoffs.issuedBefore(NOW + 1, { subject: 'u4' }, { now: NOW });
    const all = tokens(200);
    const answers = validator.validateMany(all, cutoffs, threads === undefined ? { now: NOW } : { now: NOW, threads });
    assert.deepEqual(answers.map(seen), all.map((token) => asked(validator, token, cutoffs)));
    const codes = new Set(answers.filter((answer) => answer instanceof Rejected).map(({ code }) => code));
    for (const code of ['token_revoked', 'token_expired', 'token_malformed', 'signature_invalid', 'token_too_large']) assert(codes.has(code), code);
    assert(answers.some((answer) => answer instanceof Accepted));
    assert.deepEqual(validator.validateMany([], cutoffs), []);
  });
}

test('more than are held are answered for', () => {
  const all = Array.from({ length: 3000 }, (_, number) => sign({ ...CLAIMS, jti: String(number) }));
  const answers = new Validator(OPTIONS).validateMany(all, NO_CUTOFFS, { now: NOW });
  assert.deepEqual(answers.map(({ tokenId }) => tokenId), all.map((_, number) => String(number)));
});

test('what an object inherits is nobody\'s choice', () => {
  const { keys, ...rest } = OPTIONS;
  try {
    Object.prototype.keys = keys;
    Object.prototype.memoBytes = -1;
    Object.prototype.threads = -1;
    assert.throws(() => new Validator(rest), ConfigError);
    const policy = JSON.stringify({ issuer: [OPTIONS.issuer], audience: [OPTIONS.audience], algorithms: ['HS256'] });
    assert.throws(() => Validator.fromJson(policy, {}), ConfigError);
    assert.equal(new Validator(OPTIONS).validateMany([sign()], NO_CUTOFFS, { now: NOW }).length, 1);
  } finally {
    for (const name of ['keys', 'memoBytes', 'threads']) delete Object.prototype[name];
  }
});

test('any bound of the memo is a bound', () => {
  for (const memoBytes of [1, 1023, 2 ** 20, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    const validator = new Validator({ ...OPTIONS, memoBytes });
    for (let round = 0; round < 3; round += 1) assert.equal(validator.validate(sign(), NO_CUTOFFS, { now: NOW }).subject, CLAIMS.sub);
  }
});

test('what is no list of tokens is a mistake', () => {
  const validator = new Validator(OPTIONS);
  const many = (...given) => () => validator.validateMany(...given);
  const mistaken = (name) => (error) => error instanceof ConfigError && error.message.startsWith(`\`${name}\``);
  for (const bad of [sign(), null, undefined, 5, { length: 1, 0: sign() }, new Set([sign()]), [sign(), 5], [null], [undefined], [,]]) {
    assert.throws(many(bad, NO_CUTOFFS), mistaken('tokens'), String(bad));
  }
  for (const threads of [0, -1, 1.5, '2', null, undefined, true, 2n, NaN, Infinity]) {
    assert.throws(many([sign()], NO_CUTOFFS, { now: NOW, threads }), mistaken('threads'), String(threads));
  }
  assert.throws(many([sign()], null), ConfigError);
  assert.throws(many([sign()], NO_CUTOFFS, { thread: 2 }), mistaken('thread'));
  for (const memoBytes of [-1, 1.5, '2', null, undefined, true, 2n, NaN, Infinity]) {
    assert.throws(() => new Validator({ ...OPTIONS, memoBytes }), mistaken('memoBytes'), String(memoBytes));
  }
});
