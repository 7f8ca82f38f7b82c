// Four tokens to try, made in the page with keys that are new each time and never leave it.

import { encode } from './base64url.js';

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'https://api.example.com/';

const encoded = (value) => encode(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));

async function freshKey(kid) {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { sign: pair.privateKey, jwk: { kty, crv, kid, alg: 'ES256', use: 'sig', x, y } };
}

async function signed(key, claims) {
  const message = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: key.jwk.kid })}.${encoded(claims)}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.sign, new TextEncoder().encode(message));
  return `${message}.${encode(new Uint8Array(signature))}`;
}

/** What fills the page: `{ token, keys, policy, rules, now, requirement }`. */
export async function example(name) {
  const [old, current] = await Promise.all([freshKey('2026-10'), freshKey('2026-11')]);
  const now = Math.floor(Date.now() / 1000);
  const age = name === 'expired' ? 4 * 3600 : name === 'revoked' ? 1500 : 300;
  const claims = {
    iss: ISSUER, sub: 'auth0|42', aud: AUDIENCE, client_id: 'calendar', sid: 's-7f3a', jti: 't-19c2',
    iat: now - age, exp: now - age + 3600, auth_time: now - age - 1200,
    scope: 'read:messages write:messages', org_id: 'org-5', roles: ['editor', 'reviewer'],
    limits: { requests: 1000, window: { seconds: 60 } },
  };
  const token = await signed(current, claims);
  const cutoff = { rule: 'authenticated_before', target: { issuer: ISSUER, subject: claims.sub }, at: now - 900, id: 'case-17', reason: 'device reported stolen' };
  const other = { rule: 'issued_before', target: { issuer: ISSUER, subject: 'auth0|7' }, at: now - 120, reason: 'role changed' };
  return {
    token: name === 'forged' ? forged(token, claims) : token,
    keys: { kind: 'public', text: JSON.stringify({ keys: [old.jwk, current.jwk] }, null, 2), form: null },
    policy: { issuer: [ISSUER], audience: [AUDIENCE], algorithms: ['ES256'] },
    rules: name === 'revoked' ? [cutoff, other].map((rule) => JSON.stringify(rule)) : name === 'good' ? [JSON.stringify(other)] : [],
    requirement: {},
    now: null,
  };
}

/** The claims are another user's, the signature is still that of the first. */
function forged(token, claims) {
  const [header, , signature] = token.split('.');
  return `${header}.${encoded({ ...claims, sub: 'auth0|1', roles: ['admin'] })}.${signature}`;
}
