'use strict';

// The calls of the module, in the form in which the classes know them from the addon for Node.
const wasm = require('#wasm');

const utf8 = new TextEncoder();

/** A policy's clock may not read before 1970. */
const EARLIEST = 0;

/** The last second of the year 9999: a clock that is beyond lets nobody in. */
const LATEST = 253_402_300_799_000;

const content = (file) => (typeof file === 'string' ? utf8.encode(file) : file);

/** Keys as they come: keys, texts and bytes; or one set, as it is. */
function keySet(keys, files) {
  if (keys.length === 1 && keys[0] instanceof wasm.KeySet) return keys[0];
  return keys.reduce((all, one) => (one instanceof wasm.Key ? all.andKey(one) : all.andContent(content(one))), files()).set();
}

module.exports = {
  ...wasm,

  now: () => Math.min(Math.max(Date.now(), EARLIEST), LATEST),

  keyFrom: (form, key, id, algorithm) => wasm.keyFrom(form, content(key), id, algorithm),
  keySet: (keys, short) => keySet(keys, () => new wasm.Files(short)),
  keySetUnion: (set, others) => wasm.keySetUnion(set, keySet(others, () => new wasm.Files(false))),

  validatorFromJson(policy, text, keys) {
    const draft = new wasm.Draft(policy, text);
    return draft.withKeys(keySet(keys, () => draft.files()));
  },
  validatorWithKeys: (validator, keys) => wasm.validatorWithKeys(validator, keySet(keys, () => wasm.validatorFiles(validator))),

  acceptedRequire: (number, validator, token, now, required) => wasm.acceptedRequireAll(number, validator, token, now, ...required),
  affected: (tickets, rule, now) =>
    tickets.flatMap((ticket, place) => (wasm.ticketIsAffectedBy(ticket, rule, now) ? [place] : [])),

  cutoffsPrune(cutoffs, validators, now, force) {
    const sharers = new wasm.Sharers();
    for (const validator of validators) sharers.add(validator);
    return wasm.cutoffsPruneFor(cutoffs, sharers, now, force);
  },

  /** Only an engine that owns native memory has to know of its size. */
  cutoffsWeight: () => undefined,
};
