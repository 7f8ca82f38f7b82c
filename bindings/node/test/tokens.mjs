// What the tests sign with, and the policy that takes it.
import { createHmac } from 'node:crypto';
import { Key } from '../index.mjs';

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'https://api.example/';
/** A whole second, in the middle of nowhere. */
export const NOW = 1_700_000_000;
export const SECRET = Buffer.alloc(32, 7);

export const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'auth0|42', iat: NOW, exp: NOW + 3600 };

export const OPTIONS = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256'], keys: Key.fromSecret(SECRET) };

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token of claims (an object, or JSON as it is). */
export function sign(claims = CLAIMS, header = { alg: 'HS256' }) {
  const message = `${part(header)}.${part(claims)}`;
  return `${message}.${createHmac('sha256', SECRET).update(message).digest('base64url')}`;
}
