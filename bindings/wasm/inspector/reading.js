// A lenient, display-only reading of a token: the library refuses many tokens unread, and a person wants to see what is
// in them. Nothing here decides anything.

import { decode } from './base64url.js';
import { duplicates, memberOf, readJson, textOf } from './json-tree.js';

/** `{ parts, header, claims }`; `header` and `claims` each `{ text, root, faults, twice }`, or null where there is no such part. */
export function readToken(token) {
  const parts = token.split('.', 7);
  if (parts.length < 2 || parts.length === 5) return { parts, header: parts.length === 5 ? part(parts[0]) : null, claims: null };
  return { parts, header: part(parts[0]), claims: part(parts[1]) };
}

const ID_TOKEN = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** The members that an ID token has and an access token does not, unless `typ` says that it is one. */
export function idMarks(reading) {
  const typ = textOf(reading?.header?.root, 'typ')?.toLowerCase().replace(/^application\//, '');
  return typ === 'at+jwt' ? [] : ID_TOKEN.filter((name) => memberOf(reading?.claims?.root, name));
}

/** The claims that are times, in milliseconds, where they are numbers. */
export function timesOf(claims) {
  const times = {};
  for (const name of ['nbf', 'iat', 'exp', 'auth_time']) {
    const node = memberOf(claims?.root, name);
    const at = node?.kind === 'number' ? Math.floor(Number(node.text) * 1000) : NaN;
    if (Number.isFinite(at)) times[name] = at;
  }
  return times;
}

function part(encoded) {
  const faults = [];
  if (/\s/.test(encoded)) faults.push('holds white space');
  if (encoded.includes('=')) faults.push('is padded with “=”');
  if (/[+/]/.test(encoded)) faults.push('is base64, not base64url (“+” or “/”)');
  const alphabet = encoded.replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '');
  if (/[^\w\-+/=\s]/.test(encoded)) faults.push('holds characters that base64url does not have');
  if (looseBits(alphabet)) faults.push('ends in bits that mean nothing');
  const text = utf8(bytes(alphabet), faults);
  const { root, fault } = readJson(text);
  if (fault !== null) faults.push(`is not JSON: ${fault}`);
  const twice = [...duplicates(root)];
  for (const name of twice) faults.push(`has “${name.slice(0, 60)}” twice`);
  return { text, root, faults, twice };
}

/** base64url is canonical only if the last character's unused bits are zero. */
function looseBits(alphabet) {
  const left = alphabet.length % 4;
  if (left === 0) return false;
  if (left === 1) return true;
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(alphabet.at(-1));
  return (last & (left === 2 ? 15 : 3)) !== 0;
}

const bytes = (alphabet) => decode(alphabet.length % 4 === 1 ? alphabet.slice(0, -1) : alphabet);

function utf8(decoded, faults) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decoded);
  } catch {
    faults.push('is not UTF-8');
    return new TextDecoder().decode(decoded);
  }
}
