// What is worth knowing about a token besides the verdict. Nothing here decides: the library did.

import { memberOf, textOf } from './json-tree.js';
import { timesOf } from './reading.js';
import { span } from './time.js';

const DAY = 86_400_000;
const ID_TOKEN = ['nonce', 'at_hash', 'c_hash', 's_hash'];
const NEVER_READ = ['jku', 'jwk', 'x5u', 'x5c'];

/** `[name, sentence]` each. */
export function warningsOf({ token, reading, now, keys, keysFault, given }) {
  if (token === null || reading === null) return [];
  const header = reading.header?.root;
  const claims = reading.claims?.root;
  return [
    ...shape(reading),
    ...ofHeader(header, keys, keysFault, given.policy.allow_short_secret === true),
    ...(claims?.kind === 'object' ? ofClaims(header, claims, timesOf(reading.claims), now) : []),
  ].slice(0, 12);
}

function shape(reading) {
  const found = [];
  if (reading.parts.length === 5) found.push(['encrypted', 'Five parts: an encrypted token (JWE). Its claims cannot be read here, nor by most APIs.']);
  else if (reading.header === null || reading.claims === null) found.push(['opaque', 'No JWT: perhaps an opaque token, which only its issuer can look up (introspection).']);
  for (const [name, part] of [['header', reading.header], ['claims', reading.claims]]) {
    const twice = part?.twice ?? [];
    if (twice.length > 0) found.push(['duplicate', `“${twice[0].slice(0, 60)}” stands twice in the ${name}: readers disagree which one counts, so such a token is refused.`]);
    const odd = part?.faults.find((fault) => /padded|base64,|white space|bits|base64url does/.test(fault));
    if (odd) found.push(['base64', `The part “${name}” ${odd}: it is not canonical base64url.`]);
  }
  return found;
}

function ofHeader(header, keys, keysFault, short) {
  if (header?.kind !== 'object') return [];
  const found = [];
  const alg = textOf(header, 'alg') ?? '';
  if (/^none$/i.test(alg)) found.push(['none', 'alg is “none”: the token is unsigned, anyone can write it. No policy can allow it.']);
  const brought = NEVER_READ.filter((name) => memberOf(header, name));
  if (brought.length > 0) found.push(['brought', `The header brings ${brought.join(', ')}: keys named by the token itself are never read. A sender could name a key of his own.`]);
  if (/^HS/.test(alg) && keys.kind === 'public' && keys.text.trim() !== '' && !/"oct"/.test(keys.text)) {
    found.push(['confusion', `${alg} is made with a shared secret, and public keys were given: a known attack signs with the public key as secret. It fails here.`]);
  }
  if (/^HS/.test(alg) && /secret has \d+ bytes/.test(keysFault ?? '')) found.push(['short-secret', 'The secret is short: whoever holds one token can guess it offline.']);
  if (/^HS/.test(alg) && keys.kind === 'secret' && short) found.push(['short-secret', 'Short secrets are accepted: whoever holds one token can guess a short one offline.']);
  return found;
}

function ofClaims(header, claims, times, now) {
  const found = [];
  const typ = textOf(header, 'typ')?.toLowerCase().replace(/^application\//, '');
  const marks = ID_TOKEN.filter((name) => memberOf(claims, name));
  if (marks.length > 0 && typ !== 'at+jwt') found.push(['id-token', `${marks.join(', ')}: this looks like an ID token. It tells the client who logged in; an API wants the access token.`]);
  if (memberOf(claims, 'events')) found.push(['event', 'It holds security events: it is a message to an API, no access token.']);
  if (memberOf(claims, 'cnf')) found.push(['bound', 'It is bound to a key (cnf): a route that does not ask for “confirmation” takes it from anyone who has it.']);
  if (!memberOf(claims, 'exp')) found.push(['no-exp', 'It has no exp: it would never expire.']);
  if (times.iat !== undefined && times.exp - times.iat >= 30 * DAY) found.push(['long', `It lives ${span(times.exp - times.iat)}: whoever steals it has it for that long.`]);
  if (Math.min(times.iat ?? Infinity, times.nbf ?? Infinity) > now + DAY && (times.iat ?? times.nbf) !== undefined) found.push(['future', 'It is from the future by more than a day: a wrong clock, or milliseconds where seconds belong.']);
  if (Object.values(times).some((at) => at > 1e14)) found.push(['milliseconds', 'One of its times is beyond the year 5000: probably milliseconds where seconds belong.']);
  return found;
}
