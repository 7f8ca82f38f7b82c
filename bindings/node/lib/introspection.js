'use strict';

const { inspect } = require('./host.js');
const { argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { rulesOf } = require('./sentinels.js');
const { built, configured, names, spelled } = require('./names.js');
const { deciding, isObject, json, members, object, options, text, token } = require('./convert.js');
const { clientOf, fetched, told } = require('./driver.js');
const { reading } = require('./issuer.js');
const { keysOf } = require('./keys.js');
const { setOf } = require('./message.js');
const { lent, release } = require('./rule.js');
const { answered, policy, wrapped } = require('./validator.js');

/** What is said of the endpoint, and of what is kept of its answers. */
const ASKS = [
  'endpoint', 'clientId', 'clientSecret', 'bearer', 'credentials', 'signedFor', 'algorithms', 'ttl', 'inactiveTtl', 'coolDown', 'timeout',
  'maxEntries', 'maxCacheBytes', 'maxPending', 'maxBytes', 'allowLoopbackHttp',
];

/** Options in parts: of what asks, of the policy, and what stands beside. */
function apart(given) {
  const [asks, rest, beside] = [[], [], Object.create(null)];
  for (const [name, value] of given) {
    if (name === 'issuer') {
      asks.push([name, text(value, name)]);
      rest.push([name, value]);
    } else if (name === 'fetch' || name === 'keys') beside[name] = value;
    else (ASKS.includes(name) ? asks : rest).push([name, value]);
  }
  return { asks, rest, beside };
}

const inJson = (asks) => object(asks.map(([name, value]) => [spelled(name), json(value, name)]), 'options');

/** Hands in an answer, with the keys that prove it: tells, where these are fetched, whether that is to be done again. */
function taking(handle, beside) {
  const needed = native.introspectionsIsSigned(handle);
  if (needed !== Object.hasOwn(beside, 'keys')) {
    throw argument('keys', 'must be given with `signedFor`, and not without: they prove signed answers');
  }
  if (!needed) return async (...came) => native.introspectionsAnswered(handle, ...came, native.now());
  const issuers = reading(beside.keys);
  if (issuers === undefined) {
    const keys = setOf(keysOf(beside.keys));
    return async (...came) => native.introspectionsAnsweredWith(handle, keys, ...came, native.now());
  }
  if (!native.introspectionsIsKnownTo(handle, issuers.issuers)) throw argument('keys', 'has no source of keys of this issuer');
  return async (due, ...came) => {
    const isTaken = await issuers.decide(() => {
      const awaited = native.introspectionsAnsweredBy(handle, issuers.issuers, due, ...came, native.now());
      return [!awaited, awaited];
    });
    if (!isTaken) native.introspectionsFailed(handle, due, native.now());
  };
}

let own;

class IntrospectionValidator {
  #handle;
  #validator;
  #plain;
  #client;
  #take;
  #rounds = new Map();

  static {
    own = (value) => owned(isObject(value) && #handle in value ? value.#handle : undefined, 'IntrospectionValidator');
  }

  constructor(given) {
    sealed(new.target, IntrospectionValidator);
    const { asks, rest, beside } = apart(members(given, 'options'));
    this.#client = clientOf(beside);
    this.#handle = built([...names(rest), ...ASKS], native.introspectionsFromJson, policy(rest), inJson(asks));
    this.#take = taking(this.#handle, beside);
    this.#plain = native.introspectionsValidator(this.#handle);
    this.#validator = wrapped(this.#plain);
  }

  async validate(given, cutoffs, named) {
    const handle = own(this);
    const [text, rules] = [token(given), rulesOf(cutoffs)];
    const when = options(named, ['now', 'freshWithin']);
    const [at, within] = deciding(when);
    const begun = native.introspectionsBegin(handle, text, rules, at, within, native.now());
    if (!Array.isArray(begun)) return this.#told(begun, at);
    const [{ inquiry, fetch, number }] = begun;
    if (fetch) this.#rounds.set(number, this.#run(number, fetch));
    await this.#rounds.get(number);
    // Time has passed, and rules may have come.
    const [now] = deciding(when);
    return this.#told(lent(inquiry, (asked) => native.introspectionsAsk(handle, asked, rules, now, within)), now);
  }

  setCredentials(given) {
    const handle = own(this);
    const named = options(given, ['clientId', 'clientSecret', 'bearer']);
    const each = ['clientId', 'clientSecret', 'bearer'].map((name) => (Object.hasOwn(named, name) ? text(named[name], name) : undefined));
    configured([], native.introspectionsSetCredentials, handle, ...each);
  }

  clear() {
    native.introspectionsClear(own(this));
  }

  get fault() {
    return native.introspectionsFault(own(this)) ?? undefined;
  }

  get validator() {
    return own(this) && this.#validator;
  }

  bearer(header) {
    return own(this) && this.#validator.bearer(header);
  }

  #told({ answer, response }, at) {
    return told(answered(answer, this.#plain, response, at));
  }

  /** One question. It never throws: whatever a client does, there was no answer then. */
  async #run(number, due) {
    try {
      await this.#take(due, ...await fetched(this.#client, due));
    } catch {
      native.introspectionsFailed(this.#handle, due, native.now());
    }
    release(due);
    this.#rounds.delete(number);
  }

  [inspect]() {
    return 'IntrospectionValidator {}';
  }
}

module.exports = { IntrospectionValidator };
