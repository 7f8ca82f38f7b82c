// What mistakes are called: by the names that were typed, with what would have been right.
import assert from 'node:assert/strict';
import { createSecretKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { ANY, ConfigError, Cutoffs, Key, KeySet, NO_CUTOFFS, Rejected, Validator } from '../index.mjs';
import { NOW, OPTIONS, SECRET, sign } from './tokens.mjs';

const validator = new Validator(OPTIONS);
const cutoffs = new Cutoffs();
const accepted = validator.validate(sign(), NO_CUTOFFS, { now: NOW });

/** Each call throws a ConfigError with this text, or one of this form. */
function says(name, cases) {
  test(name, () => {
    for (const [call, wanted] of cases) {
      assert.throws(call, (error) => {
        assert.ok(error instanceof ConfigError, String(error));
        if (typeof wanted === 'string') assert.equal(error.message, wanted);
        else assert.match(error.message, wanted);
        return true;
      });
    }
  });
}

const cut = (options) => () => cutoffs.issuedBefore(NOW, { subject: 'u', ...options });
const policy = (options) => () => new Validator({ ...OPTIONS, ...options });
const CLASSES = [new Map(), /x/, Promise.resolve(), new Response(), new URL('https://x.example/'), new String('x')];

says('targets, and what stands beside them', [
  [cut({ exceptSessions: 's' }), '`exceptSessions` must be an array of strings, not string'],
  [cut({ exceptSessions: [5] }), '`exceptSessions` must be a string, not number'],
  [cut({ exceptTokenIds: {} }), '`exceptTokenIds` must be an array of strings, not object'],
  [cut({ exceptTokenIds: undefined }), '`exceptTokenIds` must be an array of strings, not undefined'],
  [cut({ exceptSession: ['s'] }), /"exceptSession" is no dimension: .* `tokenId`, `keyId`, .* `claims: \{ NAME \}` or `everyone`$/],
  [() => cutoffs.find({ exceptSession: ['s'] }), /"exceptSession" is no dimension: .* `tokenId`, `keyId`, .* `claims: \{ NAME \}`/],
  [() => cutoffs.find({ Subject: 'u' }), /"Subject" is no dimension/],
  ...[{}, new Map(), [], 5, null].flatMap((value) => [
    [cut({ subject: value }), /^`subject` must be a string, not (object|array|number|null)$/],
    [() => accepted.require({ subject: value }), /^`subject` must be a string, not (object|array|number|null)$/],
    [cut({ reason: value }), /^`reason` must be a string, not/],
  ]),
  [cut({ tenant: {} }), '`tenant` must be a string, an integer or a boolean, not object'],
  [cut({ claims: { a: [] } }), '`claims` must be a string, an integer or a boolean, not array'],
  [cut({ claims: { fooBar: 1.5 } }), /`claims: \{ fooBar \}` must be an integer/],
]);

says('a policy', [
  [policy({ Leeway: 5 }), /"Leeway" is unknown/],
  [policy({ clockTolerance: 5 }), /"clockTolerance" is unknown/],
  [policy({ issuer: null }), '`issuer` cannot be null: name what is accepted, or say ANY'],
  [policy({ audience: undefined }), '`audience` cannot be undefined: name what is accepted, or say ANY'],
  [policy({ audience: [] }), /`audience` must be given: .*, or ANY$/],
  [policy({ issuer: 5 }), /`issuer` must be a list of strings, or ANY/],
  [policy({ tokenType: 'any' }), '`tokenType` cannot be "any": say ANY'],
  [policy({ tokenType: 5 }), /`tokenType` must be .* ANY or a list/],
  [() => validator.withKeys(undefined), /^`keys` must be a KeySet, or one or several of: .*, not undefined\./],
  [() => Validator.fromJson('{}'), '`options` must be a plain object, not undefined'],
  [() => Validator.fromJson('{}', null), '`options` must be a plain object, not null'],
  ...CLASSES.map((value) => [policy({ leeway: value }), '`leeway` cannot be an object of a class: give a plain one']),
]);

says('what must be there', [
  [() => accepted.require(), '`requirement` must be a plain object, not undefined'],
  [() => accepted.require(null), '`requirement` must be a plain object, not null'],
  [() => Cutoffs.replica(), '`options` must be a plain object, not undefined'],
  [() => Cutoffs.replica({ staleAfter: 5, expiredAfter: 1 }), /`staleAfter` must not be above `expiredAfter`/],
  [() => cutoffs.apply(new Map()), '`rule` cannot be an object of a class: give a plain one'],
  [() => cutoffs.prune(validator, { force: undefined }), '`force` must be a boolean, not undefined'],
  [() => cutoffs.loaded(new Date(-1)), '`asOf` must not lie before 1970, nor more than a year after 9999'],
]);

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const { publicKey: crypto } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);

says('keys', [
  ...[...CLASSES, crypto, 5, [new KeySet(OPTIONS.keys)], [Promise.resolve()]].map((value) => [
    () => new KeySet(value),
    /^`keys` must be a KeySet, or one or several of: .* a KeyObject, not (number|an object of a class)\. Await a Promise; .* URL .* CryptoKey as JWK; join KeySets by `union`$/,
  ]),
  [() => Key.fromPem(5), '`pem` must be PEM text, or its bytes, not number'],
  [() => Key.fromPem({}), '`pem` must be PEM text, or its bytes, not object'],
  [() => Key.fromJwk(publicKey), '`jwk` must be a JWK: an object, JSON text or its bytes, not an object of a class, which `new KeySet` takes'],
  [() => Key.fromJwk([]), '`jwk` must be a JWK: an object, JSON text or its bytes, not array'],
  [() => KeySet.fromJwks(publicKey), '`jwks` must be a JWK Set: an object, JSON text or its bytes, not an object of a class, which `new KeySet` takes'],
  [() => Key.fromSecret(SECRET, null), '`options` must be a plain object, not null'],
  [() => new KeySet(privateKey), '`keys` holds a private key: give the public part only'],
  [() => new KeySet(createPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }))), /RSA modulus/],
]);

test('a short secret of Node is allowed by the switch for it', () => {
  const short = createSecretKey(Buffer.from('short'));
  const refused = { name: 'ConfigError', code: 'secret_too_short' };
  const json = (more) => JSON.stringify({ issuer: ['i'], audience: ['a'], algorithms: ['HS256'], ...more });
  assert.throws(() => new KeySet(short), refused);
  assert.throws(() => new KeySet([short]), refused);
  assert.throws(() => validator.withKeys(short), refused);
  assert.throws(() => Validator.fromJson(json(), { keys: short }), refused);
  assert.equal(new KeySet(short, { allowShortSecret: true }).size, 1);
  const allows = new Validator({ ...OPTIONS, keys: short, allowShortSecret: true });
  assert.equal(allows.withKeys([short]).keys.size, 1);
  assert.equal(Validator.fromJson(json({ allow_short_secret: true }), { keys: short }).keys.size, 1);
  assert.throws(() => new KeySet(createSecretKey(Buffer.from(SECRET.subarray(0, 31))), { allowShortSecret: undefined }), /allowShortSecret/);
});

test('ANY is still what it was', () => {
  assert.equal(new Validator({ ...OPTIONS, issuer: ANY, tokenType: ANY }).validate(sign(), NO_CUTOFFS, { now: NOW }).subject, 'auth0|42');
});

test('a rejection is made here alone', () => {
  for (const given of [[], [null], ['x']]) assert.throws(() => new Rejected(...given), { name: 'TypeError', message: /made by this package alone/ });
});

test('a Date has the bounds of a number', () => {
  for (const millis of [0, NOW * 1000, Date.UTC(9999, 11, 31, 23, 59, 59), Date.UTC(9999, 11, 31, 23, 59, 59) + 300_000]) {
    for (const now of [new Date(millis), millis / 1000]) new Cutoffs().freshness({ now });
  }
  for (const millis of [-1, -1000, Date.UTC(9999, 11, 31, 23, 59, 59) + 367 * 86_400_000, 8.64e15]) {
    for (const now of [new Date(millis), millis / 1000]) assert.throws(() => new Cutoffs().freshness({ now }), /`now` must/);
  }
});
