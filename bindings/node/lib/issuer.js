'use strict';

const { fetchHeaders, inspect } = require('./host.js');
const { ConfigError, KeysUnavailable, LowwaterError, argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { rulesOf } = require('./sentinels.js');
const { built, names, spelled } = require('./names.js');
const { array, deciding, instant, isObject, json, kind, members, now, object, options, text, token } = require('./convert.js');
const { Validator, answered, memoBytes, policy, wrapped } = require('./validator.js');
const { body, received, receiverHandle } = require('./logout.js');

/** What is said of a source. */
const SOURCE = ['jwksUrl', 'metadataUrl', 'allowLoopbackHttp', 'freshFor', 'staleFor', 'coolDown', 'timeout', 'maxBytes'];

/** So often a decision waits for keys: each round that ends wakes all, also those of other issuers. */
const WAITS = 64;

const inJson = (source) => object(source.map(([name, value]) => [spelled(name), json(value, name)]), 'sources');

/** Options in parts: of the sources in JSON, of the validator, of the policy. */
function apart(given) {
  const [common, beside, rest, sources] = [[], Object.create(null), [], []];
  for (const [name, value] of given) {
    if (SOURCE.includes(name)) common.push([name, value]);
    else if (['issuer', 'sources', 'fetch', 'memoBytes'].includes(name)) beside[name] = value;
    else rest.push([name, value]);
  }
  if (Object.hasOwn(beside, 'issuer')) sources.push([['issuer', beside.issuer]]);
  if (Object.hasOwn(beside, 'sources')) {
    sources.push(...array(beside.sources, 'sources', 'an array of objects').map((source) => members(source, 'sources')));
  }
  const every = sources.map((own) => [...common.filter(([name]) => own.every(([named]) => named !== name)), ...own]);
  const issuers = every.flatMap((source) => source.filter(([name]) => name === 'issuer').map(([, value]) => value));
  return { beside, policy: [['issuer', issuers], ...rest], sources: every };
}

/** The body of a response, one byte more than `most` at most. */
async function read(response, most) {
  const chunks = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && length <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  reader?.cancel().catch(() => {});
  const whole = new Uint8Array(length);
  chunks.reduce((place, chunk) => (whole.set(chunk, place), place + chunk.length), 0);
  return whole.subarray(0, most + 1);
}

class IssuerValidator {
  #handle;
  #validator;
  #current;
  #fetch;
  #arrival;
  #arrived;

  constructor(given) {
    sealed(new.target, IssuerValidator);
    const { beside, policy: own, sources } = apart(members(given, 'options'));
    if (Object.hasOwn(beside, 'fetch') && typeof beside.fetch !== 'function') throw argument('fetch', `must be a function, not ${kind(beside.fetch)}`);
    this.#fetch = beside.fetch;
    const typed = [...names(own), ...SOURCE];
    this.#handle = built(typed, native.issuersFromJson, policy(own), sources.map(inJson), memoBytes(beside));
    this.#await();
  }

  async validate(given, cutoffs, named) {
    const handle = this.#own();
    const [text, rules] = [token(given), rulesOf(cutoffs)];
    return this.#decide(() => {
      const [at, within] = deciding(named);
      const { answer, keysAwaited } = native.issuersAsk(handle, text, rules, at, within);
      return [answered(answer, this.#renewed(), text, at), keysAwaited];
    });
  }

  async receive(receiver, given, named) {
    const handle = this.#own();
    const own = receiverHandle(receiver);
    if (own === undefined) throw argument('receiver', `must be a LogoutReceiver, not ${kind(receiver)}`);
    const content = body(given);
    return this.#decide(() => {
      const { answer, keysAwaited } = native.issuersReceiveLogout(handle, own, content, now(options(named, ['now'])));
      return [received(answer), keysAwaited];
    });
  }

  async hydrate(jwks, named) {
    const handle = this.#own();
    if (jwks !== undefined) {
      const { issuer, freshUntil } = options(named, ['issuer', 'freshUntil']);
      const issuers = Object.keys(this.faults);
      const whose = issuer === undefined && issuers.length === 1 ? issuers[0] : text(issuer, 'issuer');
      native.issuersHydrate(handle, whose, typeof jwks === 'string' ? text(jwks, 'jwks') : json(jwks, 'jwks'), instant(freshUntil, 'freshUntil'));
      return;
    }
    for (this.#start(); native.issuersIsFetching(handle); this.#start()) await this.#arrival;
    const missing = JSON.parse(native.issuersFaults(handle)).filter((source) => source.missing !== null);
    if (missing.length > 0) throw new KeysUnavailable(missing.map((source) => `${source.issuer}: ${source.missing}`).join('; '));
  }

  get current() {
    this.#own();
    this.#start();
    this.#renewed();
    return this.#current;
  }

  get faults() {
    const all = JSON.parse(native.issuersFaults(this.#own()));
    return Object.fromEntries(all.map(({ issuer, fault }) => [issuer, fault ?? undefined]));
  }

  bearer(header) {
    this.#own();
    this.#renewed();
    return this.#current.bearer(header);
  }

  /** What the addon validates by now. */
  #renewed() {
    const renewed = native.issuersRenewed(this.#handle);
    if (renewed !== null && renewed !== undefined) {
      this.#validator = renewed;
      this.#current = wrapped(renewed);
    }
    return this.#validator;
  }

  #own() {
    return owned(isObject(this) && #handle in this ? this.#handle : undefined, 'IssuerValidator');
  }

  async #decide(ask) {
    for (let waits = 0; waits < WAITS; waits += 1) {
      const [answer, keysAwaited] = ask();
      this.#start();
      if (!keysAwaited) return told(answer);
      await this.#arrival;
    }
    return told(ask()[0]);
  }

  /** Whom to wait for: the end of the next round. */
  #await() {
    this.#arrival = new Promise((resolve) => { this.#arrived = resolve; });
  }

  #start() {
    for (let due = native.issuersPoll(this.#handle); due; due = native.issuersPoll(this.#handle)) this.#run(due);
  }

  async #run(first) {
    for (let due = first; due;) due = await this.#take(due);
    const arrived = this.#arrived;
    this.#await();
    arrived();
  }

  /** One fetch; gives what to fetch next. It never throws: whatever a client does, there was no answer then. */
  async #take(due) {
    try {
      const { status, headers, content } = await this.#answer(JSON.parse(native.issuersFetchJson(due)));
      return native.issuersAnswered(this.#handle, due, status, headers, content);
    } catch {
      native.issuersFailed(this.#handle, due);
      return undefined;
    }
  }

  async #answer({ method, url, headers, body: content, maxBytes, timeout }) {
    const signal = AbortSignal.timeout(timeout);
    const given = {
      method, headers: { ...fetchHeaders, ...Object.fromEntries(headers) },
      body: content ?? undefined, redirect: 'manual', credentials: 'omit', cache: 'no-store', signal,
    };
    const answer = async () => {
      const response = await (this.#fetch ?? globalThis.fetch)(url, given);
      return { status: response.status, headers: [...response.headers].flat(), content: await read(response, maxBytes) };
    };
    // A client that knows no signal is not waited for either.
    const late = new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
    return Promise.race([answer(), late]);
  }

  [inspect]() {
    return 'IssuerValidator {}';
  }
}

function told(answer) {
  if (answer instanceof LowwaterError) throw answer;
  return answer;
}

/** A validator that fetches the keys of one issuer. */
function forIssuer(issuer, named) {
  const given = members(named, 'options');
  if (given.some(([name]) => name === 'issuer')) throw new ConfigError('`issuer` stands before the options', 'argument_invalid');
  return new IssuerValidator({ issuer: text(issuer, 'issuer'), ...Object.fromEntries(given) });
}

Object.defineProperty(Validator, 'forIssuer', { value: forIssuer, writable: true, configurable: true });

module.exports = { IssuerValidator };
