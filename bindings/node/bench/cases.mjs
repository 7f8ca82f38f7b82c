// What is measured: the same token, issuer, audience and key for everyone, each used as its own documentation shows.
import { createHmac, createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Algorithm, verifySync } from '@node-rs/jsonwebtoken';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { Cutoffs, Key, Validator } from '../index.mjs';

export const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'];

const [issuer, audience] = ['https://issuer.example/', 'https://api.example/'];
const now = Math.floor(Date.now() / 1000);

/** The access token of core/benches/validate.rs. */
const CLAIMS = {
  iss: issuer, sub: 'auth0|5f7c8ec7c33c6c004bbafe82', aud: [audience, 'https://tenant.example.auth/userinfo'], iat: now,
  exp: now + 36_000, auth_time: now - 60, azp: 'my_client_id_0123456789abcdefghij', client_id: 'my_client_id_0123456789abcdefghij',
  scope: 'openid profile email read:messages write:messages read:calendar', jti: 'b1e2c3d4-5f60-4718-9a2b-3c4d5e6f7081',
  sid: '08a5019c-17e1-4977-8f42-65a12843ea02', permissions: ['read:messages', 'write:messages'],
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
export function cases(algorithm) {
  const { secret, key, sign } = signer(algorithm);
  const message = `${part({ alg: algorithm, typ: 'at+jwt', kid: 'k' })}.${part(CLAIMS)}`;
  const token = `${message}.${sign(message).toString('base64url')}`;
  const given = secret ?? key.export({ type: 'spki', format: 'pem' });

  const validator = new Validator({ issuer, audience, algorithms: [algorithm], keys: secret ? Key.fromSecret(secret) : given });
  const cutoffs = new Cutoffs();
  const fast = (cache) => createVerifier({ key: given, algorithms: [algorithm], allowedIss: issuer, allowedAud: audience, cache });
  const [uncached, cached] = [fast(false), fast(true)];
  const options = { aud: [audience], iss: [issuer], algorithms: [Algorithm[algorithm]] };
  const calls = {
    'lowwater': () => validator.validate(token, cutoffs),
    'lowwater, claims read': () => validator.validate(token, cutoffs).claims,
    'fast-jwt': () => uncached(token),
    'fast-jwt, cached': () => cached(token),
    'jsonwebtoken': () => jsonwebtoken.verify(token, key, { issuer, audience, algorithms: [algorithm] }),
    '@node-rs/jsonwebtoken': () => verifySync(token, given, options),
    'jose': () => jwtVerify(token, key, { issuer, audience, algorithms: [algorithm] }),
  };
  if (algorithm === 'EdDSA') delete calls.jsonwebtoken; // It has none.
  const jwk = JSON.stringify(secret ? { kty: 'oct', k: secret.toString('base64url') } : key.export({ format: 'jwk' }));
  const policy = JSON.stringify({ issuer: [issuer], audience: [audience], algorithms: [algorithm] });
  return { calls, core: [policy, jwk, token], bytes: token.length };
}
