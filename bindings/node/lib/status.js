'use strict';

const { inspect } = require('./host.js');
const { argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { kinds, rulesOf } = require('./sentinels.js');
const { array, isArray, isObject, members, now, options, text, token } = require('./convert.js');
const { Cutoffs, Index, cutoffsHandle, indexHandle } = require('./cutoffs.js');
const { keysOf } = require('./keys.js');
const { fromOptions, taken, withSet } = require('./message.js');

let listsHandle;

const own = (value) => owned(listsHandle(value), 'StatusLists');

class StatusLists {
  #handle;

  static {
    listsHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(given) {
    sealed(new.target, StatusLists);
    this.#handle = fromOptions(members(given, 'options'), native.statusListsFromJson);
  }

  get issuer() {
    return native.statusListsIssuer(own(this));
  }

  get listIssuer() {
    return native.statusListsListIssuer(own(this));
  }

  hydrate(uri, given, keys, named) {
    const handle = own(this);
    const [text, at] = [token(given), now(options(named, ['now']))];
    const place = token(uri, 'uri');
    const refused = withSet(keysOf(keys), (set) => native.statusListsHydrate(handle, place, text, set, at));
    if (typeof refused === 'string') taken(refused);
  }

  get faults() {
    return Object.fromEntries(JSON.parse(native.statusListsFaults(own(this))));
  }

  [inspect]() {
    return 'StatusLists {}';
  }
}

/** The addon's objects of one source of lists, or of several. */
function listsOf(given, name) {
  const handles = (isArray(given) ? array(given, name) : [given]).map(listsHandle);
  if (handles.length === 0 || handles.includes(undefined)) throw argument(name, 'must be StatusLists, or an array of them');
  return handles;
}

class WithStatus {
  #handle;

  static {
    kinds.push((value) => (isObject(value) && #handle in value ? value.#handle : undefined));
  }

  constructor(rules, lists) {
    sealed(new.target, WithStatus);
    this.#handle = native.rulesWithStatus(rulesOf(rules), listsOf(lists, 'lists'));
  }

  [inspect]() {
    return 'WithStatus {}';
  }
}

for (const [Class, handleOf, name] of [[Cutoffs, cutoffsHandle, 'Cutoffs'], [Index, indexHandle, 'Index']]) {
  const { withStatus } = {
    withStatus(lists) {
      owned(handleOf(this), name);
      return new WithStatus(this, lists);
    },
  };
  Object.defineProperty(Class.prototype, 'withStatus', { value: withStatus, writable: true, configurable: true });
}

module.exports = { StatusLists, WithStatus, listsOf };
