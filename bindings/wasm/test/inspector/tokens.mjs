// Tokens of a fresh key, and what an API that expects them says.
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const ISSUER = 'https://login.example.com/';
export const AUDIENCE = 'https://api.example.com/';
/** Seconds. */
export const NOW = Math.floor(Date.now() / 1000);
export const HOUR = 3600;

export const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const SECRET = randomBytes(32);

export const jwk = (keys, kid) => ({ ...keys.publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' });
export const pem = (keys) => keys.publicKey.export({ format: 'pem', type: 'spki' });
export const JWK = jwk(pair, 'k1');
export const JWKS = JSON.stringify({ keys: [JWK] });

export const encoded = (value) => Buffer.from(Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const claims = (over = {}) => ({ iss: ISSUER, sub: 'alice', aud: AUDIENCE, iat: NOW - 300, exp: NOW - 300 + HOUR, ...over });

/** A message with the signature of `pair`. */
export const signed = (message) =>
  `${message}.${sign('sha256', Buffer.from(message), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;

/** Signed by `pair`; `payload` and `header` may also be text. */
export function es256(payload = claims(), header = {}) {
  const head = typeof header === 'string' ? header : { alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header };
  return signed(`${encoded(head)}.${encoded(payload)}`);
}

export function hs256(payload = claims(), secret = SECRET, header = {}) {
  const message = `${encoded({ alg: 'HS256', ...header })}.${encoded(payload)}`;
  return `${message}.${createHmac('sha256', secret).update(message).digest('base64url')}`;
}

export const TOKEN = es256();
export const POLICY = { issuer: [ISSUER], audience: [AUDIENCE], algorithms: ['ES256'] };
/** All that a link holds; what is decided about it is `accept`. */
export const GOOD = { token: TOKEN, keys: JWKS, policy: POLICY, rules: [], now: NOW * 1000 };
