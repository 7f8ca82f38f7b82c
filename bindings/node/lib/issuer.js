'use strict';

const { inspect } = require('./host.js');
const { ConfigError, KeysUnavailable, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { rulesOf } = require('./sentinels.js');
const { built, names, spelled } = require('./names.js');
const { array, deciding, instant, isObject, json, members, not, now, object, options, text, token } = require('./convert.js');
const { Validator, answered, memoBytes, policy, wrapped } = require('./validator.js');
const { Driver, clientOf } = require('./driver.js');
const { came, contentType, eventsHandle } = require('./events.js');
const { received, receiverHandle } = require('./logout.js');
const { body } = require('./message.js');
const { listsOf } = require('./status.js');

/** What is said of a source. */
const SOURCE = ['jwksUrl', 'metadataUrl', 'allowLoopbackHttp', 'freshFor', 'staleFor', 'coolDown', 'timeout', 'maxBytes'];

const inJson = (source) => object(source.map(([name, value]) => [spelled(name), json(value, name)]), 'sources');

/** Options in parts: of the sources in JSON, of the validator, of the policy. */
function apart(given) {
  const [common, beside, rest, sources] = [[], Object.create(null), [], []];
  for (const [name, value] of given) {
    if (SOURCE.includes(name)) common.push([name, value]);
    else if (['issuer', 'sources', 'statusLists', 'fetch', 'memoBytes'].includes(name)) beside[name] = value;
    else rest.push([name, value]);
  }
  if (Object.hasOwn(beside, 'issuer')) sources.push([['issuer', beside.issuer]]);
  if (Object.hasOwn(beside, 'sources')) {
    sources.push(...array(beside.sources, 'sources', 'an array of objects').map((source) => members(source, 'sources')));
  }
  const every = sources.map((own) => [...common.filter(([name]) => own.every(([named]) => named !== name)), ...own]);
  return { beside, policy: rest, sources: every };
}

/** What others read messages by: the addon's object of a validator, and its waiting. */
let reading;

const own = (value) => owned(reading(value)?.issuers, 'IssuerValidator');

class IssuerValidator {
  #handle;
  #validator;
  #current;
  #driver;

  static {
    reading = (value) => {
      if (!isObject(value) || !(#handle in value)) return undefined;
      return { issuers: value.#handle, decide: (ask) => value.#driver.decide(ask) };
    };
  }

  constructor(given) {
    sealed(new.target, IssuerValidator);
    const { beside, policy: asked, sources } = apart(members(given, 'options'));
    const client = clientOf(beside);
    const typed = [...names(asked), ...SOURCE];
    const lists = Object.hasOwn(beside, 'statusLists') ? listsOf(beside.statusLists, 'statusLists') : [];
    this.#handle = built(typed, native.issuersFromJson, policy(asked), sources.map(inJson), lists, memoBytes(beside));
    const handle = this.#handle;
    this.#driver = new Driver({
      poll: () => native.issuersPoll(handle), answered: (...came) => native.issuersAnswered(handle, ...came),
      failed: (due) => native.issuersFailed(handle, due),
    }, client);
  }

  async validate(given, cutoffs, named) {
    const handle = own(this);
    const [text, rules, when] = [token(given), rulesOf(cutoffs), options(named, ['now', 'freshWithin'])];
    return this.#driver.decide(() => {
      const [at, within] = deciding(when);
      const { answer, awaited } = native.issuersAsk(handle, text, rules, at, within);
      return [answered(answer, this.#renewed(), text, at), awaited];
    });
  }

  async receive(receiver, given, named) {
    const handle = own(this);
    const [logouts, events, content] = [receiverHandle(receiver), eventsHandle(receiver), body(given)];
    if (logouts !== undefined) {
      const all = options(named, ['now']);
      return this.#driver.decide(() => {
        const { answer, awaited } = native.issuersReceiveLogout(handle, logouts, content, now(all));
        return [received(answer), awaited];
      });
    }
    if (events === undefined) throw not(receiver, 'receiver', 'a LogoutReceiver or an EventReceiver');
    const all = options(named, ['now', 'contentType']);
    // An option that is there is a push, also where its request had no such header.
    const type = Object.hasOwn(all, 'contentType') ? contentType(all.contentType) : undefined;
    return this.#driver.decide(() => {
      const { answer, awaited } = native.issuersReceiveEvents(handle, events, type, content, now(all));
      return [came(answer), awaited];
    });
  }

  async hydrate(jwks, named) {
    const handle = own(this);
    if (jwks !== undefined) {
      const { issuer, freshUntil } = options(named, ['issuer', 'freshUntil']);
      const issuers = Object.keys(this.faults);
      const whose = issuer === undefined && issuers.length === 1 ? issuers[0] : text(issuer, 'issuer');
      native.issuersHydrate(handle, whose, typeof jwks === 'string' ? text(jwks, 'jwks') : json(jwks, 'jwks'), instant(freshUntil, 'freshUntil'));
      return;
    }
    this.#driver.start(); // Once: what failed is not begun again while another is waited for.
    while (native.issuersIsFetching(handle)) await this.#driver.arrival;
    const missing = JSON.parse(native.issuersFaults(handle)).filter((source) => source.missing !== null);
    if (missing.length > 0) throw new KeysUnavailable(missing.map((source) => `${source.issuer}: ${source.missing}`).join('; '));
  }

  get current() {
    own(this);
    this.#driver.start();
    this.#renewed();
    return this.#current;
  }

  get faults() {
    const all = JSON.parse(native.issuersFaults(own(this)));
    return Object.fromEntries(all.map(({ issuer, fault }) => [issuer, fault ?? undefined]));
  }

  get listFaults() {
    return Object.fromEntries(JSON.parse(native.issuersListFaults(own(this))));
  }

  bearer(header) {
    own(this);
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

  [inspect]() {
    return 'IssuerValidator {}';
  }
}

/** A validator that fetches the keys of one issuer. */
function forIssuer(issuer, named) {
  const given = members(named, 'options');
  if (given.some(([name]) => name === 'issuer')) throw new ConfigError('`issuer` stands before the options', 'argument_invalid');
  return new IssuerValidator({ issuer: text(issuer, 'issuer'), ...Object.fromEntries(given) });
}

Object.defineProperty(Validator, 'forIssuer', { value: forIssuer, writable: true, configurable: true });

module.exports = { IssuerValidator, reading };
