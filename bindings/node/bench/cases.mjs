// What is measured: the same token, issuer, audience and key for everyone, each used as its own documentation shows.
import { createHmac, createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Algorithm, verifySync } from '@node-rs/jsonwebtoken';
import { createVerifier } from 'fast-jwt';
import { importJWK, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { Cutoffs, Key, NO_CUTOFFS, Validator } from '../index.mjs';

export const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'];

const [issuer, audience] = ['https://tenant.example.auth/', 'https://api.example.com/'];
const now = Math.floor(Date.now() / 1000);

/** An access token as a large issuer writes it: about 900 bytes with its signature (RS256: 1100). */
const CLAIMS = {
  iss: issuer,
  sub: 'auth0|507f1f77bcf86cd799439011',
  aud: [audience, 'https://tenant.example.auth/userinfo'],
  iat: now - 10,
  exp: now + 3600,
  azp: 'my_client_id_0123456789abcdef012345',
  scope: 'openid profile email read:messages write:messages',
  permissions: ['read:messages', 'write:messages', 'delete:messages', 'read:users', 'admin:billing'],
  org_id: 'org_9ybsU1dN2dKfDkBi',
  sid: 'f9b8a7c6-d5e4-4f3a-8b2c-1d0e9f8a7b6c',
  jti: '0d1c2b3a-4f5e-6d7c-8b9a-0f1e2d3c4b5a',
  auth_time: now - 600,
  'https://example.com/roles': ['editor', 'reviewer', 'billing'],
  gty: 'password',
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signer(algorithm) {
  if (algorithm === 'HS256') {
    const secret = randomBytes(64);
    return { secret, key: createSecretKey(secret), sign: (message) => createHmac('sha256', secret).update(message).digest() };
  }
  const { publicKey, privateKey } = {
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: () => generateKeyPairSync('ed25519'),
  }[algorithm]();
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  return { key: publicKey, sign: (message) => sign(hash, Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' }) };
}

/** Names and calls; what the core is told. */
export async function cases(algorithm) {
  const { secret, key, sign } = signer(algorithm);
  const message = `${part({ alg: algorithm, typ: 'at+jwt', kid: 'k' })}.${part(CLAIMS)}`;
  const token = `${message}.${sign(message).toString('base64url')}`;
  const jwk = secret ? { kty: 'oct', k: secret.toString('base64url') } : key.export({ format: 'jwk' });
  const imported = await importJWK(jwk, algorithm);
  const given = secret ?? key.export({ type: 'spki', format: 'pem' });

  const validator = new Validator({ issuer, audience, algorithms: [algorithm], keys: secret ? Key.fromSecret(secret) : given });
  const cutoffs = new Cutoffs();
  for (let user = 0; user < 1000; user += 1) cutoffs.issuedBefore(now, { subject: `auth0|${user}`, issuer });
  const fast = (cache) => createVerifier({ key: given, algorithms: [algorithm], allowedIss: issuer, allowedAud: audience, cache });
  const [uncached, cached] = [fast(false), fast(true)];
  const options = { aud: [audience], iss: [issuer], algorithms: [Algorithm[algorithm]] };
  const calls = {
    'lowwater': () => validator.validate(token, NO_CUTOFFS),
    'lowwater, claims read': () => validator.validate(token, NO_CUTOFFS).claims,
    'lowwater, 1000 rules': () => validator.validate(token, cutoffs),
    'fast-jwt': () => uncached(token),
    'fast-jwt, cached': () => cached(token),
    'jsonwebtoken': () => jsonwebtoken.verify(token, key, { issuer, audience, algorithms: [algorithm] }),
    '@node-rs/jsonwebtoken': () => verifySync(token, given, options),
    'jose': () => jwtVerify(token, imported, { issuer, audience, algorithms: [algorithm] }),
  };
  if (algorithm === 'EdDSA') delete calls.jsonwebtoken; // It has none.
  const policy = JSON.stringify({ issuer: [issuer], audience: [audience], algorithms: [algorithm] });
  return { calls, core: [policy, JSON.stringify({ keys: [jwk] }), token, now], bytes: token.length };
}
