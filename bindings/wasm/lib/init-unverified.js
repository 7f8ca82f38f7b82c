// Reading without proof, before its module is there.
import native from './native.cjs';
import errors from '../../node/lib/errors.js';
import reading from '../../node/lib/unverified.js';

export const { LowwaterError, Rejected } = errors;
export const { unverified } = reading;

/** Makes it ready, of a `WebAssembly.Module` or the bytes of one. */
export function init(module) {
  native.init(module);
}
