'use strict';

const { inspect, isKeyObject, isUint8Array } = require('./host.js');
const { argument, owned, rejected, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { built } = require('./names.js');
const {
  array, bytes, isArray, isObject, isPlain, json, kind, options, parsed, reading, switched, text, texts, token,
} = require('./convert.js');

/** Hands what the addon made to a constructor, which nobody else can do. */
const MADE = Symbol('made');

let keyHandle;
let setHandle;
let signedHandle;

const ownKey = (value) => owned(keyHandle(value), 'Key');
const ownSet = (value) => owned(setHandle(value), 'KeySet');
const ownSigned = (value) => owned(signedHandle(value), 'Signed');

class Key {
  #handle;

  static {
    keyHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Key', 'is made by fromSecret, fromPem, fromDer or fromJwk');
    sealed(new.target, Key);
    this.#handle = handle;
  }

  static fromSecret(secret, named) {
    return key('secret', bytes(secret, 'secret'), named);
  }

  static fromShortSecret(secret, named) {
    return key('short_secret', bytes(secret, 'secret'), named);
  }

  static fromPem(pem, named) {
    return key('pem', utf8(pem, 'pem', 'PEM text, or its bytes', false), named);
  }

  static fromDer(der, named) {
    return key('der', bytes(der, 'der'), named);
  }

  static fromJwk(jwk, named) {
    return key('jwk', utf8(jwk, 'jwk', 'a JWK: an object, JSON text or its bytes'), named);
  }

  get id() {
    return native.keyId(ownKey(this)) ?? undefined;
  }

  get algorithm() {
    return native.keyAlgorithm(ownKey(this)) ?? undefined;
  }

  [inspect]() {
    return 'Key {}';
  }
}

function key(form, key, named) {
  const { id, algorithm } = strings(options(named, ['id', 'algorithm']));
  return new Key(MADE, built([], native.keyFrom, form, key, id, algorithm));
}

function strings(given) {
  for (const name in given) text(given[name], name);
  return given;
}

const KEYS = 'a KeySet, or one or several of: a Key, a JWK or a JWK Set, JSON or PEM text, bytes (JSON, PEM or DER), a ' +
  'KeyObject';

const HINT = '. Await a Promise; of a file or a URL give what it holds; export a CryptoKey as JWK; join KeySets by `union`';

/** What a file of keys holds: text and bytes as they are, an object as JSON. */
function file(value, name) {
  if (reading(name, () => isKeyObject(value))) return exported(value, name);
  return content(value, name, KEYS, true, HINT);
}

function content(value, name, expected, objects, hint = '') {
  if (typeof value === 'string') return text(value, name);
  if (isUint8Array(value)) return bytes(value, name);
  if (!objects || !reading(name, () => isPlain(value))) {
    const what = objects && kind(value) === 'object' ? 'an object of a class' : kind(value);
    throw argument(name, `must be ${expected}, not ${what}${hint}`);
  }
  return json(value, name);
}

/** What Node's own class holds. */
function exported(value, name) {
  switch (reading(name, () => value.type)) {
    case 'public': return bytes(reading(name, () => value.export({ type: 'spki', format: 'der' })), name);
    case 'secret': return secret(bytes(reading(name, () => value.export()), name));
    default: throw argument(name, 'holds a private key: give the public part only');
  }
}

/** A secret of any length: whether a short one will do is said elsewhere, for JWKs. */
function secret(bytes) {
  try {
    return keyHandle(Key.fromSecret(bytes));
  } catch (mistake) {
    if (mistake.code !== 'secret_too_short') throw mistake;
    return `{"kty":"oct","k":"${Buffer.from(bytes).toString('base64url')}"}`; // Only Node has such keys.
  }
}

function utf8(value, name, expected, objects = true) {
  const hint = reading(name, () => isKeyObject(value)) ? ', which `new KeySet` takes' : '';
  const given = content(value, name, expected, objects, hint);
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

const allowShort = (given) => switched(options(given, ['allowShortSecret']), 'allowShortSecret');

class KeySet {
  #handle;

  static {
    setHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(keys, given) {
    sealed(new.target, KeySet);
    this.#handle = keys === MADE ? given : built([], native.keySet, keysOf(keys), allowShort(given));
  }

  static fromJwks(jwks, given) {
    return set(built([], native.keySetFromJwks, utf8(jwks, 'jwks', 'a JWK Set: an object, JSON text or its bytes'), allowShort(given)));
  }

  forIssuer(issuer) {
    return set(native.keySetForIssuer(ownSet(this), text(issuer, 'issuer')));
  }

  union(other) {
    return set(built([], native.keySetUnion, ownSet(this), keysOf(other, 'other')));
  }

  verify(given, algorithms) {
    const [handle, allowed] = [ownSet(this), texts(algorithms, 'algorithms')];
    if (allowed.length === 0) throw argument('algorithms', 'must name one');
    return signed(native.keySetVerify(handle, token(given), allowed));
  }

  get keyIds() {
    return native.keySetIds(ownSet(this));
  }

  get skipped() {
    return parsed(native.keySetSkipped(ownSet(this)));
  }

  get size() {
    return native.keySetSize(ownSet(this));
  }

  [inspect]() {
    return #handle in this ? `KeySet { size: ${this.size} }` : 'KeySet {}';
  }
}

const set = (handle) => new KeySet(MADE, handle);

class Signed {
  #handle;

  static {
    signedHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Signed', 'is made by verify');
    sealed(new.target, Signed);
    this.#handle = handle;
  }

  get payload() {
    return native.signedPayload(ownSigned(this));
  }

  get headerJson() {
    return native.signedHeaderJson(ownSigned(this));
  }

  get header() {
    return parsed(native.signedHeaderJson(ownSigned(this)));
  }

  get algorithm() {
    return native.signedAlgorithm(ownSigned(this));
  }

  get keyId() {
    return native.signedKeyId(ownSigned(this));
  }

  [inspect]() {
    return #handle in this ? `Signed { algorithm: '${this.algorithm}' }` : 'Signed {}';
  }
}

/** A proven message; else the rejection is thrown. */
function signed(proven) {
  if (typeof proven === 'string') throw rejected(proven);
  return new Signed(MADE, proven);
}

module.exports = { Key, KeySet, Signed, keysOf, set, signed };
