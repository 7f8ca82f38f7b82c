// The package with what stands beside tokens, before its module is there.
import native from './native.cjs';
import lowwater from '../../node/index.js';

export const {
  ANY, Accepted, ConfigError, Cutoffs, EventPoll, EventReceiver, GlobalRevocation, Index, IntrospectionValidator, IssuerValidator,
  Key, KeySet, KeysUnavailable, Logout, LogoutReceiver, LowwaterError, MessageRefused, NO_CUTOFFS, Received, Rejected, Revocation,
  RevocationRequest, Rule, Signed, StatusLists, StreamFreshness, Ticket, Validator, WithStatus, affected, unverified, version,
} = lowwater;

/** Makes the package ready, of a `WebAssembly.Module` or the bytes of one. Until then every call of it fails. */
export function init(module) {
  native.init(module);
}
