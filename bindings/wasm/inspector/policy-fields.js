// The members of a policy, in the spelling of its JSON, and how a form asks for each.

import { ALGORITHMS } from './asking.js';

const list = (text) => text.split(/[\n,]/).map((word) => word.trim()).filter((word) => word !== '');
const number = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

/** From what is typed to a value; undefined: not said. What cannot be is passed on: the library says why. */
const READERS = {
  lines: (text) => (list(text).length > 0 ? list(text) : undefined),
  types: (text) => (['default', 'strict', 'any'].includes(text.trim()) ? text.trim() : READERS.lines(text)),
  seconds: (text) => (text.trim() === '' ? undefined : number(text.trim())),
  text: (text) => (text === '' ? undefined : text),
  flag: (on, field) => (on ? field.on : undefined),
  json: (text) => {
    if (text.trim() === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  },
  algorithms: (names) => (names.length > 0 ? names : undefined),
};

const plain = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const WRITERS = {
  lines: (value) => (Array.isArray(value) ? value.map(plain).join('\n') : plain(value)),
  types: (value) => (Array.isArray(value) ? value.map(plain).join(', ') : plain(value)),
  json: (value) => JSON.stringify(value),
};

export const readField = (field, given) => READERS[field.kind](given, field);
export const writeField = (field, value) => (value === undefined ? '' : (WRITERS[field.kind] ?? plain)(value));

export const FIELDS = [
  { member: 'issuer', kind: 'lines', any: true, label: 'Issuer (iss)', placeholder: 'https://tenant.example.auth/' },
  { member: 'audience', kind: 'lines', any: true, label: 'Audience (aud)', placeholder: 'https://api.example.com/' },
  { member: 'algorithms', kind: 'algorithms', label: 'Algorithms', names: ALGORITHMS },
  { member: 'leeway', kind: 'seconds', label: 'Leeway, seconds', placeholder: '60', more: true },
  { member: 'max_lifetime', kind: 'seconds', label: 'Longest lifetime, seconds or “unbounded”', placeholder: '86400', more: true },
  { member: 'token_type', kind: 'types', label: 'Token type: default, strict, any, or a list', placeholder: 'default', more: true },
  { member: 'max_age', kind: 'seconds', label: 'Longest time since iat, seconds', placeholder: 'off', more: true },
  { member: 'max_session', kind: 'seconds', label: 'Longest session, seconds', placeholder: 'off', more: true },
  { member: 'required', kind: 'lines', label: 'Claims that must be there', placeholder: 'org_id', more: true },
  { member: 'claim_equals', kind: 'json', label: 'Claims that must have a value, as JSON', placeholder: '{"org_id": "org-5"}', more: true },
  { member: 'max_token_bytes', kind: 'seconds', label: 'Largest token, bytes', placeholder: '16384', more: true },
  { member: 'tenant_claim', kind: 'text', label: 'Claim of the tenant', placeholder: 'org_id', more: true },
  { member: 'device_claim', kind: 'text', label: 'Claim of the device', placeholder: 'device_id', more: true },
  { member: 'realm', kind: 'text', label: 'Realm of challenges', placeholder: 'none', more: true },
  { member: 'resource_metadata', kind: 'text', label: 'Resource metadata (RFC 9728), address', placeholder: 'none', more: true },
  { member: 'missing_exp', kind: 'flag', on: 'accept', label: 'accept tokens without exp', more: true },
  { member: 'missing_iat', kind: 'flag', on: 'accept', label: 'accept tokens without iat', more: true },
  { member: 'same_second', kind: 'flag', on: 'accept', label: 'accept tokens of a cutoff’s own second', more: true },
  { member: 'missing_auth_time', kind: 'flag', on: 'refuse', label: 'login cutoffs refuse tokens without auth_time', more: true },
  { member: 'allow_padding', kind: 'flag', on: true, label: 'accept padding (AWS ALB)', more: true },
  { member: 'allow_short_secret', kind: 'flag', on: true, label: 'accept short secrets', more: true },
];
