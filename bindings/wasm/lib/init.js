// The package before its module is there: for hosts that bring the module themselves.
import native from './native.cjs';
import lowwater from '../../node/index.js';

export const {
  ANY, Accepted, ConfigError, Cutoffs, Index, Key, KeySet, LowwaterError, NO_CUTOFFS, Rejected, Rule, Signed, Ticket,
  Validator, affected, unverified, version,
} = lowwater;

/** Makes the package ready, of a `WebAssembly.Module` or the bytes of one. Until then every call of it fails. */
export function init(module) {
  native.init(module);
}
