'use strict';

const { inspect, randomBytes } = require('./host.js');
const { argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { kinds } = require('./sentinels.js');
const { built } = require('./names.js');
const { array, bytes, count, instant, isArray, isObject, needed, now, options, parsed, span, switched, text } = require('./convert.js');
const { found, given, lent, made, rule, withRule } = require('./rule.js');
const { validatorHandle } = require('./validator.js');

const MADE = Symbol('made');

/** The time of a call that has no other option. */
const time = (given) => now(options(given, ['now']));

/** `now`, and the options without it. */
function timed(options) {
  const all = given(options);
  const at = Object.create(null);
  for (const [name, value] of all) if (name === 'now') at.now = value;
  return [now(at), all.filter(([name]) => name !== 'now')];
}

/** How many rules may be held, where it is said. */
const capacity = (given) => (Object.hasOwn(given, 'capacity') ? count(given.capacity, 'capacity') : undefined);

/** How old rules of elsewhere may be until they count as stale, and as expired. */
const ages = (given) => ['staleAfter', 'expiredAfter'].map((name) => span(given[name], name));

let cutoffsHandle;

const own = (value) => owned(cutoffsHandle(value), 'Cutoffs');

/** Applies a rule of a kind, of what it says and of options. */
function apply(cutoffs, kind, says, options) {
  const [now, target] = timed(options);
  return lent(rule(kind, says, target), (made) => native.cutoffsApply(cutoffs, made, now));
}

/** Fewer rules than these are not told of. */
const FEW = 1000;

/** Tells V8 how much native memory hangs on rules, once they have grown; hands on what came of it. */
let weigh;

class Cutoffs {
  #handle;
  #weight;
  #weighed = FEW;

  static {
    cutoffsHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
    kinds.push(cutoffsHandle);
    weigh = (cutoffs, came) => {
      const size = native.cutoffsSize(cutoffs.#handle);
      if (size < 2 * cutoffs.#weighed) return came;
      cutoffs.#weight = native.cutoffsWeight(cutoffs.#handle);
      cutoffs.#weighed = size;
      return came;
    };
  }

  constructor(given, handle) {
    sealed(new.target, Cutoffs);
    this.#handle = given === MADE ? handle : native.cutoffsLocal(capacity(options(given, ['capacity'])));
  }

  static replica(bounds) {
    const given = needed(bounds, ['staleAfter', 'expiredAfter', 'capacity']);
    return new Cutoffs(MADE, built([], native.cutoffsReplica, ...ages(given), capacity(given)));
  }

  issuedBefore(at, options) {
    return apply(own(this), 'issued_before', [['at', at]], options);
  }

  authenticatedBefore(at, options) {
    return apply(own(this), 'authenticated_before', [['at', at]], options);
  }

  revoked(until, options) {
    return apply(own(this), 'revoked', [['until', until]], options);
  }

  suspended(options) {
    return apply(own(this), 'suspended', [], options);
  }

  apply(rule, options) {
    const handle = own(this);
    return withRule(rule, (asked) => native.cutoffsApply(handle, asked, time(options)));
  }

  lift(id) {
    return native.cutoffsLift(own(this), text(id, 'id'));
  }

  merge(other) {
    const [handle, others] = [own(this), cutoffsHandle(other)];
    if (others === undefined) throw argument('other', 'must be Cutoffs');
    return weigh(this, native.cutoffsMerge(handle, others));
  }

  prune(validators, given) {
    const [handle, named] = [own(this), options(given, ['now', 'force'])];
    const all = isArray(validators) ? array(validators, 'validators') : [validators];
    const handles = all.map(validatorHandle);
    if (handles.length === 0 || handles.includes(undefined)) {
      throw argument('validators', 'must be a Validator, or an array of all that share the rules');
    }
    return native.cutoffsPrune(handle, handles, now(named), switched(named, 'force'));
  }

  compact(options) {
    return native.cutoffsCompact(own(this), time(options));
  }

  find(options) {
    return found(own(this), options).map(made);
  }

  list() {
    return native.cutoffsList(own(this)).map(made);
  }

  freshness(options) {
    return freshness(native.cutoffsFreshness(own(this), time(options)));
  }

  loaded(asOf, options) {
    native.cutoffsLoaded(own(this), instant(asOf, 'asOf'), time(options));
  }

  toJsonLines() {
    return native.cutoffsToJsonLines(own(this));
  }

  loadJsonLines(lines) {
    return weigh(this, native.cutoffsLoadJsonLines(own(this), text(lines, 'lines')));
  }

  applyJsonLines(lines, given) {
    const [handle, named] = [own(this), options(given, ['now', 'skipBad'])];
    const read = [text(lines, 'lines'), now(named), switched(named, 'skipBad')];
    return weigh(this, JSON.parse(native.cutoffsApplyJsonLines(handle, ...read)));
  }

  toSnapshot(options) {
    return native.cutoffsToSnapshot(own(this), time(options));
  }

  loadSnapshot(snapshot, options) {
    return weigh(this, native.cutoffsLoadSnapshot(own(this), bytes(snapshot, 'snapshot'), time(options)));
  }

  deltaSince(sequence, options) {
    return native.cutoffsDeltaSince(own(this), count(sequence, 'sequence'), time(options));
  }

  applyDelta(delta, options) {
    return weigh(this, JSON.parse(native.cutoffsApplyDelta(own(this), bytes(delta, 'delta'), time(options))));
  }

  toIndex(options) {
    return native.cutoffsToIndex(own(this), randomBytes(16), time(options));
  }

  get sequence() {
    return native.cutoffsSequence(own(this));
  }

  get size() {
    return native.cutoffsSize(own(this));
  }

  [inspect]() {
    return #handle in this ? `Cutoffs { size: ${this.size} }` : 'Cutoffs {}';
  }
}

const freshness = (json) => JSON.parse(json);

let indexHandle;

const ownIndex = (value) => owned(indexHandle(value), 'Index');

class Index {
  #handle;

  static {
    indexHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
    kinds.push(indexHandle);
  }

  constructor(given, handle) {
    sealed(new.target, Index);
    this.#handle = given === MADE ? handle : native.indexLocal(bytes(given, 'bytes'));
  }

  static replica(given, bounds) {
    const ages_ = ages(needed(bounds, ['staleAfter', 'expiredAfter']));
    return new Index(MADE, native.indexReplica(bytes(given, 'bytes'), ...ages_));
  }

  freshness(options) {
    return freshness(native.indexFreshness(ownIndex(this), time(options)));
  }

  checkAll() {
    native.indexCheckAll(ownIndex(this));
  }

  get targets() {
    return native.indexTargets(ownIndex(this));
  }

  [inspect]() {
    return #handle in this ? `Index { targets: ${this.targets} }` : 'Index {}';
  }
}

module.exports = { Cutoffs, Index, cutoffsHandle, indexHandle };
