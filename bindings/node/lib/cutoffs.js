'use strict';

const { randomBytes } = require('node:crypto');
const { inspect } = require('node:util');
const { argument } = require('./errors.js');
const { native } = require('./native.js');
const { kinds } = require('./sentinels.js');
const { array, bytes, count, flag, instant, isArray, now, options, parsed, span, text } = require('./convert.js');
const { given, made, rule, ruleOf, target } = require('./rule.js');
const { validatorHandle } = require('./validator.js');

const MADE = Symbol('made');

const isObject = (value) => typeof value === 'object' && value !== null;

/** The time of a call that has no other option. */
const time = (given) => now(options(given, ['now']));

/** `now`, and the options without it. */
function timed(options) {
  const all = given(options);
  const at = Object.fromEntries(all.filter(([name]) => name === 'now'));
  return [now(at), all.filter(([name]) => name !== 'now')];
}

/** How many rules may be held, where it is said. */
const capacity = (given) => ('capacity' in given ? count(given.capacity, 'capacity') : undefined);

/** How old rules of elsewhere may be until they count as stale, and as expired. */
const ages = (given) => ['staleAfter', 'expiredAfter'].map((name) => span(given[name], name));

class Cutoffs {
  #handle;

  static {
    kinds.push((value) => (isObject(value) && #handle in value ? value.#handle : undefined));
  }

  constructor(given, handle) {
    this.#handle = given === MADE ? handle : native.cutoffsLocal(capacity(options(given, ['capacity'])));
  }

  static replica(bounds) {
    const given = options(bounds ?? null, ['staleAfter', 'expiredAfter', 'capacity']);
    return new this(MADE, native.cutoffsReplica(...ages(given), capacity(given)));
  }

  #apply(kind, says, options) {
    const [now, target] = timed(options);
    return native.cutoffsApply(this.#handle, rule(kind, says, target), now);
  }

  issuedBefore(at, options) {
    return this.#apply('issued_before', [['at', at]], options);
  }

  authenticatedBefore(at, options) {
    return this.#apply('authenticated_before', [['at', at]], options);
  }

  revoked(until, options) {
    return this.#apply('revoked', [['until', until]], options);
  }

  suspended(options) {
    return this.#apply('suspended', [], options);
  }

  apply(rule, options) {
    return native.cutoffsApply(this.#handle, ruleOf(rule), time(options));
  }

  lift(id) {
    return native.cutoffsLift(this.#handle, text(id, 'id'));
  }

  merge(other) {
    if (!isObject(other) || !(#handle in other)) throw argument('other', 'must be Cutoffs');
    return native.cutoffsMerge(this.#handle, other.#handle);
  }

  prune(validators, given) {
    const { force = false, ...rest } = options(given, ['now', 'force']);
    const all = isArray(validators) ? array(validators, 'validators') : [validators];
    const handles = all.map(validatorHandle);
    if (handles.length === 0 || handles.includes(undefined)) {
      throw argument('validators', 'must be a Validator, or an array of all that share the rules');
    }
    return native.cutoffsPrune(this.#handle, handles, now(rest), flag(force, 'force'));
  }

  compact(options) {
    return native.cutoffsCompact(this.#handle, time(options));
  }

  find(options) {
    const json = target(options);
    return native.cutoffsFind(this.#handle, json).map(made);
  }

  list() {
    return native.cutoffsList(this.#handle).map(made);
  }

  freshness(options) {
    return freshness(native.cutoffsFreshness(this.#handle, time(options)));
  }

  loaded(asOf, options) {
    native.cutoffsLoaded(this.#handle, instant(asOf, 'asOf'), time(options));
  }

  toJsonLines() {
    return native.cutoffsToJsonLines(this.#handle);
  }

  loadJsonLines(lines) {
    return native.cutoffsLoadJsonLines(this.#handle, text(lines, 'lines'));
  }

  applyJsonLines(lines, given) {
    const { skipBad = false, ...rest } = options(given, ['now', 'skipBad']);
    const read = [text(lines, 'lines'), now(rest), flag(skipBad, 'skipBad')];
    return JSON.parse(native.cutoffsApplyJsonLines(this.#handle, ...read));
  }

  toSnapshot(options) {
    return native.cutoffsToSnapshot(this.#handle, time(options));
  }

  loadSnapshot(snapshot, options) {
    return native.cutoffsLoadSnapshot(this.#handle, bytes(snapshot, 'snapshot'), time(options));
  }

  deltaSince(sequence, options) {
    return native.cutoffsDeltaSince(this.#handle, count(sequence, 'sequence'), time(options));
  }

  applyDelta(delta, options) {
    return JSON.parse(native.cutoffsApplyDelta(this.#handle, bytes(delta, 'delta'), time(options)));
  }

  toIndex(options) {
    return native.cutoffsToIndex(this.#handle, randomBytes(16), time(options));
  }

  get sequence() {
    return native.cutoffsSequence(this.#handle);
  }

  get size() {
    return native.cutoffsSize(this.#handle);
  }

  [inspect.custom]() {
    return #handle in this ? `Cutoffs { size: ${this.size} }` : 'Cutoffs {}';
  }
}

const freshness = (json) => JSON.parse(json);

class Index {
  #handle;

  static {
    kinds.push((value) => (isObject(value) && #handle in value ? value.#handle : undefined));
  }

  constructor(given, handle) {
    this.#handle = given === MADE ? handle : native.indexLocal(bytes(given, 'bytes'));
  }

  static replica(given, bounds) {
    const ages_ = ages(options(bounds ?? null, ['staleAfter', 'expiredAfter']));
    return new this(MADE, native.indexReplica(bytes(given, 'bytes'), ...ages_));
  }

  freshness(options) {
    return freshness(native.indexFreshness(this.#handle, time(options)));
  }

  checkAll() {
    native.indexCheckAll(this.#handle);
  }

  get targets() {
    return native.indexTargets(this.#handle);
  }

  [inspect.custom]() {
    return #handle in this ? `Index { targets: ${this.targets} }` : 'Index {}';
  }
}

module.exports = { Cutoffs, Index };
