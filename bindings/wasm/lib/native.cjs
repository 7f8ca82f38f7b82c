'use strict';

// The calls of the module, in the form in which the classes know them from the addon for Node.
const wasm = require('#wasm');
const beside = require('#beside');
const { version } = require('../package.json');

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
  const came = use(set); // What failed is left to the collector.
  set.free();
  return came;
}

const keySet = (keys, files) =>
  keys.reduce((all, one) => (one instanceof wasm.Key ? all.andKey(one) : all.andContent(content(one))), files).set();

const calls = {
  ...wasm,

  now: () => Math.min(Math.max(Date.now(), EARLIEST), LATEST),

  keyFrom: (form, key, id, algorithm) => wasm.keyFrom(form, content(key), id, algorithm),
  keySet: (keys, short) => withKeys(keys, () => new wasm.Files(short), wasm.keySetCopy),
  keySetUnion: (set, others) => withKeys(others, () => new wasm.Files(false), (other) => wasm.keySetUnion(set, other)),

  validatorFromJson(policy, text, keys, memoBytes) {
    const draft = new wasm.Draft(policy, text);
    try {
      return withKeys(keys, () => draft.files(), (set) => draft.withKeys(set, memoBytes));
    } catch (mistake) {
      draft.free();
      throw mistake;
    }
  },
  validatorWithKeys: (validator, keys) =>
    withKeys(keys, () => wasm.validatorFiles(validator), (set) => wasm.validatorWithKeys(validator, set)),

  /** There are no threads here, so nothing comes between: one after the other is all at once. */
  validateMany: (validator, tokens, rules, now, within) => tokens.map((token) => wasm.validate(validator, token, rules, now, within)),

  acceptedRequire: (number, validator, token, now, required) => wasm.acceptedRequireAll(number, validator, token, now, ...required),
  affected: (tickets, rule, now) =>
    tickets.flatMap((ticket, place) => (wasm.ticketIsAffectedBy(ticket, rule, now) ? [place] : [])),

  cutoffsPrune(cutoffs, validators, now, force) {
    const sharers = new wasm.Sharers();
    for (const validator of validators) sharers.add(validator);
    const gone = wasm.cutoffsPruneFor(cutoffs, sharers, now, force);
    sharers.free();
    return gone;
  },

  ...beside(() => calls.now()),

  /** Memory of the module grows and never shrinks: what was made for one call is freed after it. */
  release: (made) => made.free(),

  /** Only an engine that owns native memory has to know of its size. */
  cutoffsWeight: () => undefined,
};

/** Why no call can be made; nothing once the module is there. */
let lacking = 'the module is not there yet: call `init` with it first';

/**
 * Makes the calls ready, of a `WebAssembly.Module` or the bytes of one. A module of another version, which a cache may hold,
 * is not used: its calls could mean something else.
 */
function init(module) {
  if (lacking === undefined) return;
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  const exported = new Set(WebAssembly.Module.exports(compiled).map(({ name }) => name));
  // Of each module of the package one call that those before it do not have.
  const isOther = ['version', 'unverified', 'validate', 'issuersAsk'].some((name) => name in wasm !== exported.has(name));
  if (isOther) throw new Error('this is another module than the one that this package came with: load its own');
  wasm.initSync({ module: compiled });
  const its = wasm.version();
  lacking = its === version ? undefined : `the module is of version ${its}, and lowwater-wasm is of version ${version}: load both anew`;
  if (lacking !== undefined) throw new Error(lacking);
}

const ready = (call) => (...given) => {
  if (lacking !== undefined) throw new Error(lacking);
  return call(...given);
};

const isCall = ([name]) => /^[a-z]/.test(name) && name !== 'initSync';
module.exports = { ...Object.fromEntries(Object.entries(calls).filter(isCall).map(([name, call]) => [name, ready(call)])), init };
