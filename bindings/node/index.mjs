import lowwater from './index.js';

export const {
  ANY, Accepted, ConfigError, Cutoffs, Index, Key, KeySet, LowwaterError, NO_CUTOFFS, Rejected, Rule, Signed, Ticket,
  Validator, affected, unverified, version,
} = lowwater;
