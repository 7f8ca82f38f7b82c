'use strict';

// The calls of the module, in the form in which the classes know them from the addon for Node.
const wasm = require('#wasm');

const utf8 = new TextEncoder();

/** A policy's clock may not read before 1970. */
const EARLIEST = 0;

/** The last second of the year 9999: a clock that is beyond lets nobody in. */
const LATEST = 253_402_300_799_000;

const content = (file) => (typeof file === 'string' ? utf8.encode(file) : file);

/** Hands keys as they come to `use`: keys, texts and bytes make a set for this call alone; or one set, as it is. */
function withKeys(keys, files, use) {
  if (keys.length === 1 && keys[0] instanceof wasm.KeySet) return use(keys[0]);
  const set = keySet(keys, files());
  try {
    return use(set);
  } finally {
    set.free();
  }
}

const keySet = (keys, files) =>
  keys.reduce((all, one) => (one instanceof wasm.Key ? all.andKey(one) : all.andContent(content(one))), files).set();

module.exports = {
  ...wasm,

  now: () => Math.min(Math.max(Date.now(), EARLIEST), LATEST),

  keyFrom: (form, key, id, algorithm) => wasm.keyFrom(form, content(key), id, algorithm),
  keySet: (keys, short) => withKeys(keys, () => new wasm.Files(short), wasm.keySetCopy),
  keySetUnion: (set, others) => withKeys(others, () => new wasm.Files(false), (other) => wasm.keySetUnion(set, other)),

  validatorFromJson(policy, text, keys) {
    const draft = new wasm.Draft(policy, text);
    return withKeys(keys, () => draft.files(), (set) => draft.withKeys(set));
  },
  validatorWithKeys: (validator, keys) =>
    withKeys(keys, () => wasm.validatorFiles(validator), (set) => wasm.validatorWithKeys(validator, set)),

  acceptedRequire: (number, validator, token, now, required) => wasm.acceptedRequireAll(number, validator, token, now, ...required),
  affected: (tickets, rule, now) =>
    tickets.flatMap((ticket, place) => (wasm.ticketIsAffectedBy(ticket, rule, now) ? [place] : [])),

  cutoffsPrune(cutoffs, validators, now, force) {
    const sharers = new wasm.Sharers();
    for (const validator of validators) sharers.add(validator);
    try {
      return wasm.cutoffsPruneFor(cutoffs, sharers, now, force);
    } finally {
      sharers.free();
    }
  },

  /** Memory of the module grows and never shrinks: what was made for one call is freed after it. */
  release: (made) => made.free(),

  /** Only an engine that owns native memory has to know of its size. */
  cutoffsWeight: () => undefined,
};
