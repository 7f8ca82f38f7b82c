import lowwater from './index.js';

export const {
  ANY, Accepted, ConfigError, Cutoffs, EventPoll, EventReceiver, GlobalRevocation, Index, IntrospectionValidator, IssuerValidator,
  Key, KeySet, KeysUnavailable, Logout, LogoutReceiver, LowwaterError, MessageRefused, NO_CUTOFFS, Received, Rejected, Revocation,
  RevocationRequest, Rule, Signed, StatusLists, StreamFreshness, Ticket, Validator, WithStatus, affected, unverified, version,
} = lowwater;
