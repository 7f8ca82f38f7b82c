'use strict';

const { inspect, types } = require('node:util');
const { argument, rejected } = require('./errors.js');
const { native } = require('./native.js');
const { built } = require('./names.js');
const {
  array, bytes, flag, isArray, json, not, options, parsed, reading, text, texts, token,
} = require('./convert.js');

/** Hands what the addon made to a constructor, which nobody else can do. */
const MADE = Symbol('made');

const isObject = (value) => typeof value === 'object' && value !== null;

let keyHandle;
let setHandle;

class Key {
  #handle;

  static {
    keyHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Key', 'is made by fromSecret, fromPem, fromDer or fromJwk');
    this.#handle = handle;
  }

  static fromSecret(secret, named) {
    return key('secret', bytes(secret, 'secret'), named);
  }

  static fromShortSecret(secret, named) {
    return key('short_secret', bytes(secret, 'secret'), named);
  }

  static fromPem(pem, named) {
    return key('pem', utf8(pem, 'pem'), named);
  }

  static fromDer(der, named) {
    return key('der', bytes(der, 'der'), named);
  }

  static fromJwk(jwk, named) {
    return key('jwk', utf8(jwk, 'jwk'), named);
  }

  get id() {
    return native.keyId(this.#handle) ?? undefined;
  }

  get algorithm() {
    return native.keyAlgorithm(this.#handle) ?? undefined;
  }

  [inspect.custom]() {
    return 'Key {}';
  }
}

function key(form, key, named) {
  const { id, algorithm } = strings(options(named, ['id', 'algorithm']));
  return new Key(MADE, built(native.keyFrom, form, key, id, algorithm));
}

function strings(given) {
  for (const name in given) text(given[name], name);
  return given;
}

/** What a file of keys holds: text and bytes as they are, an object as JSON. */
function file(value, name) {
  if (typeof value === 'string') return text(value, name);
  if (types.isUint8Array(value)) return bytes(value, name);
  if (reading(name, () => types.isKeyObject(value))) return exported(value, name);
  const expected = 'a KeySet, a Key, a JWK or a JWK Set, JSON or PEM text, bytes (JSON, PEM or DER), a KeyObject, or an ' +
    'array of these';
  if (!isObject(value) || isArray(value) || types.isDate(value)) throw not(value, name, expected);
  return json(value, name);
}

/** What Node's own class holds. */
function exported(value, name) {
  return reading(name, () => {
    switch (value.type) {
      case 'public': return value.export({ type: 'spki', format: 'der' });
      case 'secret': return keyHandle(Key.fromSecret(value.export()));
      default: return undefined;
    }
  }) ?? (() => { throw argument(name, 'holds a private key: give the public part only'); })();
}

function utf8(value, name) {
  const given = file(value, name);
  if (typeof given === 'string') return given;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(given);
  } catch {
    throw argument(name, 'must be UTF-8');
  }
}

/** Keys as the addon takes them: one set, or files and keys. */
function keysOf(value, name = 'keys') {
  const set = setHandle(value);
  if (set !== undefined) return [set];
  const all = isArray(value) ? array(value, name) : [value];
  return all.map((one) => keyHandle(one) ?? file(one, name));
}

function allowShort(given) {
  const { allowShortSecret = false } = options(given, ['allowShortSecret']);
  return flag(allowShortSecret, 'allowShortSecret');
}

class KeySet {
  #handle;

  static {
    setHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(keys, given) {
    this.#handle = keys === MADE ? given : built(native.keySet, keysOf(keys), allowShort(given));
  }

  static fromJwks(jwks, given) {
    return set(built(native.keySetFromJwks, utf8(jwks, 'jwks'), allowShort(given)));
  }

  forIssuer(issuer) {
    return set(native.keySetForIssuer(this.#handle, text(issuer, 'issuer')));
  }

  union(other) {
    return set(built(native.keySetUnion, this.#handle, keysOf(other, 'other')));
  }

  verify(given, algorithms) {
    const allowed = texts(algorithms, 'algorithms');
    if (allowed.length === 0) throw argument('algorithms', 'must name one');
    return signed(native.keySetVerify(this.#handle, token(given), allowed));
  }

  get keyIds() {
    return native.keySetIds(this.#handle);
  }

  get skipped() {
    return parsed(native.keySetSkipped(this.#handle));
  }

  get size() {
    return native.keySetSize(this.#handle);
  }

  [inspect.custom]() {
    return #handle in this ? `KeySet { size: ${this.size} }` : 'KeySet {}';
  }
}

const set = (handle) => new KeySet(MADE, handle);

class Signed {
  #handle;

  constructor(made, handle) {
    if (made !== MADE) throw argument('Signed', 'is made by verify');
    this.#handle = handle;
  }

  get payload() {
    return native.signedPayload(this.#handle);
  }

  get headerJson() {
    return native.signedHeaderJson(this.#handle);
  }

  get header() {
    return parsed(native.signedHeaderJson(this.#handle));
  }

  get algorithm() {
    return native.signedAlgorithm(this.#handle);
  }

  get keyId() {
    return native.signedKeyId(this.#handle);
  }

  [inspect.custom]() {
    return #handle in this ? `Signed { algorithm: '${this.algorithm}' }` : 'Signed {}';
  }
}

/** A proven message; else the rejection is thrown. */
function signed(proven) {
  if (typeof proven === 'string') throw rejected(proven);
  return new Signed(MADE, proven);
}

module.exports = { Key, KeySet, Signed, keysOf, set, signed };
