'use strict';

const { inspect } = require('node:util');
const { argument, rejected } = require('./errors.js');
const { native } = require('./native.js');
const { rulesOf } = require('./sentinels.js');
const { deciding, now, options, parsed, reading, text, texts } = require('./convert.js');
const { ruleOf } = require('./rule.js');

const MADE = Symbol('made');

const FRESH = Object.freeze({ state: 'fresh', age: null });

let make;

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
  }

  constructor(made, number, validator, token, now, said) {
    if (made !== MADE) throw argument('Accepted', 'is made by validate');
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
    return (this.#claims ??= parsed(this.#ask(native.acceptedClaimsJson)));
  }

  get claimsJson() {
    return this.#ask(native.acceptedClaimsJson);
  }

  get header() {
    return parsed(this.#ask(native.acceptedHeaderJson));
  }

  get headerJson() {
    return this.#ask(native.acceptedHeaderJson);
  }

  get issuer() {
    return this.#fact('issuer');
  }

  get subject() {
    return this.#fact('subject');
  }

  get audiences() {
    return [...this.#fact('audiences')];
  }

  get client() {
    return this.#fact('client');
  }

  get session() {
    return this.#fact('session');
  }

  get tokenId() {
    return this.#fact('tokenId');
  }

  get scopes() {
    return [...this.#fact('scopes')];
  }

  get permissions() {
    return [...this.#fact('permissions')];
  }

  get issuedAt() {
    return this.#date('issuedAt');
  }

  get expiresAt() {
    return this.#date('expiresAt');
  }

  get notBefore() {
    return this.#date('notBefore');
  }

  get authenticatedAt() {
    return this.#date('authenticatedAt');
  }

  get algorithm() {
    return this.#fact('algorithm');
  }

  get keyId() {
    return this.#fact('keyId');
  }

  get tokenType() {
    return this.#fact('tokenType');
  }

  get notes() {
    return [...(this.#said?.notes ?? [])];
  }

  get freshness() {
    return { ...(this.#said?.freshness ?? FRESH) };
  }

  require(asked) {
    const no = this.#ask(native.acceptedRequire, required(asked));
    if (no !== null) throw rejected(no);
  }

  ticket() {
    return new Ticket(MADE, this.#ask(native.acceptedTicket));
  }

  [inspect.custom]() {
    return #number in this ? `Accepted { algorithm: '${this.algorithm}' }` : 'Accepted {}';
  }
}

const LISTS = ['scopes', 'anyScope', 'permissions', 'anyPermission'];
const STRINGS = ['subject', 'confirmation'];

/** What is required, in the order in which the addon takes it. */
function required(asked) {
  const given = options(asked ?? null, [...LISTS, ...STRINGS], 'requirement');
  const each = (names, read) => names.map((name) => (name in given ? read(given[name], name) : undefined));
  return [...each(LISTS, texts), ...each(STRINGS, text)];
}

let ticketHandle;

class Ticket {
  #handle;

  static {
    ticketHandle = (value) => {
      return typeof value === 'object' && value !== null && #handle in value ? value.#handle : undefined;
    };
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Ticket', 'is made by ticket');
    this.#handle = handle;
  }

  recheck(cutoffs, given) {
    const rules = rulesOf(cutoffs);
    const answer = native.ticketRecheck(this.#handle, rules, ...deciding(given));
    const freshness = JSON.parse(answer);
    if ('code' in freshness) throw rejected(answer);
    return freshness;
  }

  isAffectedBy(rule, given) {
    return native.ticketIsAffectedBy(this.#handle, ruleOf(rule), now(options(given, ['now'])));
  }

  [inspect.custom]() {
    return 'Ticket {}';
  }
}

/** Of many tickets those that a rule hits. */
function affected(tickets, rule, given) {
  const [asked, time] = [ruleOf(rule), now(options(given, ['now']))];
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

module.exports = { Accepted, Ticket, affected, make };
