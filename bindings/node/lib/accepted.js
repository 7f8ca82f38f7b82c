'use strict';

const { inspect } = require('./host.js');
const { argument, owned, rejected, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { rulesOf } = require('./sentinels.js');
const { deciding, isObject, needed, now, options, parsed, reading, text, texts } = require('./convert.js');
const { withRule } = require('./rule.js');

const MADE = Symbol('made');

const FRESH = Object.freeze({ state: 'fresh', age: null });

let make;
let own;
/** Asks the addon about an accepted token; nothing, where it is none. */
let asked;

class Accepted {
  #number;
  #validator;
  #token;
  #now;
  #said;
  #facts;
  #claims;

  static {
    make = (...named) => new Accepted(MADE, ...named);
    own = (value) => owned(isObject(value) && #number in value ? value : undefined, 'Accepted');
    asked = (value, ...question) => (isObject(value) && #number in value ? value.#ask(...question) : undefined);
  }

  constructor(made, number, validator, token, now, said) {
    if (made !== MADE) throw argument('Accepted', 'is made by validate');
    sealed(new.target, Accepted);
    this.#number = number;
    this.#validator = validator;
    this.#token = token;
    this.#now = now;
    this.#said = said;
  }

  #ask(question, ...more) {
    return question(this.#number, this.#validator, this.#token, this.#now, ...more);
  }

  #fact(name) {
    this.#facts ??= JSON.parse(this.#ask(native.acceptedFacts));
    return this.#facts[name] ?? undefined;
  }

  #date(name) {
    const millis = this.#fact(name);
    return millis === undefined ? undefined : new Date(millis);
  }

  get claims() {
    return (own(this).#claims ??= parsed(this.#ask(native.acceptedClaimsJson)));
  }

  get claimsJson() {
    return own(this).#ask(native.acceptedClaimsJson);
  }

  get header() {
    const { headerJson } = own(this);
    return headerJson === undefined ? undefined : parsed(headerJson);
  }

  get headerJson() {
    return own(this).#ask(native.acceptedHeaderJson) ?? undefined;
  }

  get issuer() {
    return own(this).#fact('issuer');
  }

  get subject() {
    return own(this).#fact('subject');
  }

  get audiences() {
    return [...own(this).#fact('audiences')];
  }

  get client() {
    return own(this).#fact('client');
  }

  get session() {
    return own(this).#fact('session');
  }

  get tokenId() {
    return own(this).#fact('tokenId');
  }

  get scopes() {
    return [...own(this).#fact('scopes')];
  }

  get permissions() {
    return [...own(this).#fact('permissions')];
  }

  get issuedAt() {
    return own(this).#date('issuedAt');
  }

  get expiresAt() {
    return own(this).#date('expiresAt');
  }

  get notBefore() {
    return own(this).#date('notBefore');
  }

  get authenticatedAt() {
    return own(this).#date('authenticatedAt');
  }

  get algorithm() {
    return own(this).#fact('algorithm');
  }

  get keyId() {
    return own(this).#fact('keyId');
  }

  get tokenType() {
    return own(this).#fact('tokenType');
  }

  get notes() {
    return [...(own(this).#said?.notes ?? [])];
  }

  get freshness() {
    return { ...(own(this).#said?.freshness ?? FRESH) };
  }

  require(requirement) {
    const no = own(this).#ask(native.acceptedRequire, required(requirement));
    if (typeof no === 'string') throw rejected(no);
  }

  ticket() {
    return new Ticket(MADE, own(this).#ask(native.acceptedTicket));
  }

  [inspect]() {
    const algorithm = #number in this ? this.algorithm : undefined;
    return algorithm === undefined ? 'Accepted {}' : `Accepted { algorithm: '${algorithm}' }`;
  }
}

const LISTS = ['scopes', 'anyScope', 'permissions', 'anyPermission'];
const STRINGS = ['subject', 'confirmation'];

/** What is required, in the order in which the addon takes it. */
function required(asked) {
  const given = needed(asked, [...LISTS, ...STRINGS], 'requirement');
  const each = (names, read) => names.map((name) => (Object.hasOwn(given, name) ? read(given[name], name) : undefined));
  return [...each(LISTS, texts), ...each(STRINGS, text)];
}

let ticketHandle;

const ownTicket = (value) => owned(ticketHandle(value), 'Ticket');

class Ticket {
  #handle;

  static {
    ticketHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Ticket', 'is made by ticket');
    sealed(new.target, Ticket);
    this.#handle = handle;
  }

  recheck(cutoffs, given) {
    const [handle, rules] = [ownTicket(this), rulesOf(cutoffs)];
    const answer = native.ticketRecheck(handle, rules, ...deciding(given));
    const freshness = JSON.parse(answer);
    if (Object.hasOwn(freshness, 'code')) throw rejected(answer);
    return freshness;
  }

  isAffectedBy(rule, given) {
    const handle = ownTicket(this);
    return withRule(rule, (asked) => native.ticketIsAffectedBy(handle, asked, now(options(given, ['now']))));
  }

  [inspect]() {
    return 'Ticket {}';
  }
}

/** Of many tickets those that a rule hits. */
function affected(tickets, rule, given) {
  return withRule(rule, (asked) => hit(tickets, asked, now(options(given, ['now']))));
}

function hit(tickets, asked, time) {
  const [all, handles] = [[], []];
  reading('tickets', () => {
    for (const one of tickets) {
      const handle = ticketHandle(one);
      handles.push(handle);
      all.push(one);
      if (handle === undefined) break;
    }
  });
  if (handles.includes(undefined)) throw argument('tickets', 'must be an array or another iterable of Ticket');
  return native.affected(handles, asked, time).map((place) => all[place]);
}

module.exports = { Accepted, Ticket, affected, asked, make };
