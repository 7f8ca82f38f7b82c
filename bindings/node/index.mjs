import lowwater from './index.js';

export const {
  ANY, Accepted, ConfigError, Cutoffs, Index, IssuerValidator, Key, KeySet, KeysUnavailable, Logout, LogoutReceiver,
  LowwaterError, MessageRefused, NO_CUTOFFS, Rejected, Rule, Signed, Ticket, Validator, affected, unverified, version,
} = lowwater;
