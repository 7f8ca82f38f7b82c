// What a code of the library means to the person who looks for the reason, and what a remedy asks of a client.

import { relative, span, utc } from './time.js';

const when = (at, now, words, without) => (at === undefined ? without : words(relative(at, now)));

/** The headline of a refusal: `facts` are the token's times (ms), for display. */
const HEADLINES = {
  token_missing: () => 'There is no token',
  token_too_large: () => 'The token is too large',
  token_malformed: ({ parts }) => (parts === 3 ? 'A part is not canonical base64url' : 'This is not a JWT'),
  token_encrypted: () => 'The token is encrypted',
  header_malformed: () => 'The header is malformed',
  header_unsupported: () => 'The header asks for what is not supported',
  algorithm_unknown: ({ alg }) => (/^none$/i.test(alg ?? '') ? 'The token is unsigned (alg “none”)' : 'The algorithm is unknown'),
  algorithm_not_allowed: ({ alg }) => `The algorithm ${short(alg)} is not allowed`,
  key_not_found: ({ kid }) => (kid === undefined ? 'No key fits the token' : 'No key has the token’s kid'),
  key_mismatch: ({ alg }) => `The key of that kid does not serve ${short(alg)}`,
  key_ambiguous: () => 'Too many keys fit',
  signature_invalid: () => 'The signature is wrong',
  claims_malformed: () => 'The claims are malformed',
  claim_type: () => 'A claim has the wrong type',
  type_not_allowed: () => 'It is another type of token',
  issuer_not_allowed: () => 'Wrong issuer',
  audience_not_allowed: () => 'Wrong audience',
  token_expired: ({ exp }, now) => when(exp, now, (time) => `Expired ${time}`, 'Expired'),
  token_not_yet_valid: ({ nbf }, now) => when(nbf, now, (time) => `Not valid yet: valid ${time}`, 'Not valid yet'),
  issued_in_future: ({ iat }, now) => when(iat > now ? iat : undefined, now, (time) => `Issued in the future, ${time.replace(/^in /, '')} from now`, 'Issued in the future'),
  lifetime_too_long: ({ iat, exp }) => (iat === undefined || exp === undefined ? 'It lives too long' : `It lives too long: ${span(exp - iat)}`),
  token_too_old: ({ iat }, now) => when(iat, now, (time) => `Too old: issued ${time}`, 'Too old'),
  claim_missing: () => 'A claim is missing',
  claim_mismatch: () => 'A claim has another value than asked for',
  rules_unavailable: () => 'The rules cannot be asked',
  issued_before_floor: () => 'Issued before anything is remembered',
  session_revoked: () => 'The session is revoked: log in again',
  token_revoked: () => 'The token is revoked',
  suspended: () => 'The account is suspended',
  scope_missing: () => 'A scope is missing',
  permission_missing: () => 'A permission is missing',
  subject_not_allowed: () => 'It is another user’s resource',
  confirmation_mismatch: () => 'The token is bound to another key',
};

/** Where people usually find the cause. */
const CAUSES = {
  token_malformed: 'Perhaps something was added or cut off when it was copied, or it is an opaque token, which only its issuer can read.',
  token_encrypted: 'Five parts make a JWE: only the holder of the decryption key can read it. Ask the issuer for signed access tokens.',
  token_too_large: 'The policy’s “largest token” sets the limit.',
  header_unsupported: 'crit, b64, zip and enc are always refused.',
  algorithm_unknown: 'An unsigned token says what its sender wants it to say: anyone can write one.',
  algorithm_not_allowed: 'Tick it under “policy” if your API expects it.',
  key_not_found: 'The issuer may have rotated its keys (fetch its JWKS again), or the token comes from another issuer or environment.',
  key_mismatch: 'The key’s kty, crv, alg, use or key_ops do not fit the token’s alg: see “keys”.',
  key_ambiguous: 'Name the key with a kid.',
  signature_invalid: 'The token was changed after signing, cut off when copied, or signed by another key than the one given.',
  type_not_allowed: 'An ID token or a logout token is no access token; typ says what it is.',
  issuer_not_allowed: 'Issuers are compared byte for byte: look for a slash at the end, another tenant, another environment.',
  audience_not_allowed: 'The client asked for a token of another API: see its “audience” or “resource” parameter.',
  token_expired: 'The client should have refreshed it. If it is fresh, compare the clocks.',
  token_not_yet_valid: 'If it should be valid, compare the clocks of issuer and API.',
  issued_in_future: 'Compare the clocks of issuer and API.',
  lifetime_too_long: 'The longest lifetime is 24 hours if the policy does not say otherwise (under “policy”, “more”).',
  claim_missing: 'exp and iat are needed if the policy does not say otherwise.',
  token_revoked: 'A rule refuses it: see “rules”.',
  session_revoked: 'A rule, or the longest session, refuses it: a refresh does not help.',
  suspended: 'The token is fine, the account may not act: 403, never 401.',
};

const REMEDIES = {
  none: 'Trying again does not help: the client needs another token, or a setting of issuer or API must change.',
  refresh: 'Refresh: get a new access token with the refresh token, and try again.',
  reauthenticate: 'Log in again: a refresh does not help.',
  step_up: 'Ask the user for more: get a token with the scopes named in the challenge.',
  wait_until: 'Wait until the time in Retry-After, and try again.',
  stop: 'Stop: no token will help until someone lifts the suspension.',
  retry_later: 'Try again later: the API cannot tell at the moment.',
};

const short = (text) => (text === undefined ? '' : text.length > 24 ? `${text.slice(0, 24)}…` : text);

export const headline = (code, facts, now) => (HEADLINES[code] ? HEADLINES[code](facts, now) : code.replaceAll('_', ' '));
export const cause = (code) => CAUSES[code] ?? null;
export const remedy = ({ remedy: name, wait_until: until }) =>
  (name === 'wait_until' && until !== null ? `Wait until ${utc(until * 1000)}, and try again.` : REMEDIES[name] ?? name);

/** "a, b and c" */
export const listed = (words) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);

export const STATUS = { 200: 'OK', 401: 'Unauthorized', 403: 'Forbidden', 503: 'Service Unavailable' };
