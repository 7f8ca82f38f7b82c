'use strict';

const { inspect } = require('node:util');
const { Rejected, rejected } = require('./errors.js');
const { addon, native } = require('./native.js');
const { rulesOf } = require('./sentinels.js');
const { built, spelled } = require('./names.js');
const { deciding, member, members, object, options, parsed, span, text, token } = require('./convert.js');
const { keysOf, set, signed } = require('./keys.js');
const { make } = require('./accepted.js');

const MADE = Symbol('made');

/** A policy's options in JSON. One issuer or audience alone is a list of one. */
function policy(given) {
  return object(given.map(([name, value]) => {
    const one = (name === 'issuer' || name === 'audience') && typeof value === 'string';
    return [spelled(name), member(one ? [value] : value, name)];
  }), 'options');
}

/** What is given as `keys`, apart from the rest. */
function apart(given) {
  const rest = given.filter(([name]) => name !== 'keys');
  const found = given.find(([name]) => name === 'keys');
  return [found?.[1], rest];
}

let validatorHandle;

class Validator {
  #handle;

  static {
    validatorHandle = (value) => {
      return typeof value === 'object' && value !== null && #handle in value ? value.#handle : undefined;
    };
  }

  constructor(given, handle) {
    if (given === MADE) {
      this.#handle = handle;
      return;
    }
    const [keys, rest] = apart(members(given, 'options'));
    this.#handle = built(native.validatorFromJson, policy(rest), false, keysOf(keys));
  }

  static fromJson(given, named) {
    const json = text(given, 'policy');
    const { keys } = options(named ?? null, ['keys']);
    return new this(MADE, native.validatorFromJson(json, true, keysOf(keys)));
  }

  validate(given, cutoffs, options) {
    const [text, rules] = [token(given), rulesOf(cutoffs)];
    let now;
    let within;
    if (options === undefined) now = addon.now();
    else [now, within] = deciding(options);
    const answer = addon.validate(this.#handle, text, rules, now, within);
    if (typeof answer === 'number') return make(answer, this.#handle, text, now);
    const said = JSON.parse(answer);
    if ('code' in said) throw new Rejected(said);
    return make(said.number, this.#handle, text, now, said);
  }

  explain(given, cutoffs, options) {
    const [text, rules] = [token(given), rulesOf(cutoffs)];
    return parsed(native.explain(this.#handle, text, rules, ...deciding(options)));
  }

  verify(given) {
    return signed(native.verify(this.#handle, token(given)));
  }

  bearer(header) {
    const found = native.bearer(this.#handle, header === null || header === undefined ? null : token(header, 'header'));
    if (typeof found === 'string') throw rejected(found);
    return found[0];
  }

  rulesUnavailable(retryAfter) {
    return rejected(native.rulesUnavailable(this.#handle, span(retryAfter, 'retryAfter')));
  }

  withKeys(keys) {
    return new Validator(MADE, built(native.validatorWithKeys, this.#handle, keysOf(keys)));
  }

  get keys() {
    return set(native.validatorKeys(this.#handle));
  }

  [inspect.custom]() {
    return 'Validator {}';
  }
}

/** What a token says, unproven. */
function unverified(given) {
  const read = native.unverified(token(given));
  if (typeof read === 'string') throw rejected(read);
  const [header, claims] = read;
  return { header: parsed(header), claims: parsed(claims) };
}

module.exports = { Validator, unverified, validatorHandle };
