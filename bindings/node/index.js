'use strict';

const { ConfigError, KeysUnavailable, LowwaterError, MessageRefused, Rejected } = require('./lib/errors.js');
const { ANY, NO_CUTOFFS } = require('./lib/sentinels.js');
const { Key, KeySet, Signed } = require('./lib/keys.js');
const { Rule } = require('./lib/rule.js');
const { Cutoffs, Index } = require('./lib/cutoffs.js');
const { Accepted, Ticket, affected } = require('./lib/accepted.js');
const { Validator } = require('./lib/validator.js');
const { Logout, LogoutReceiver } = require('./lib/logout.js');
const { IssuerValidator } = require('./lib/issuer.js');
const { IntrospectionValidator } = require('./lib/introspection.js');
const { EventReceiver, Received, StreamFreshness } = require('./lib/events.js');
const { EventPoll } = require('./lib/poll.js');
const { GlobalRevocation, Revocation, RevocationRequest } = require('./lib/revocation.js');
const { StatusLists, WithStatus } = require('./lib/status.js');
const { unverified } = require('./lib/unverified.js');
const { version } = require('./package.json');

module.exports = {
  ANY, Accepted, ConfigError, Cutoffs, EventPoll, EventReceiver, GlobalRevocation, Index, IntrospectionValidator, IssuerValidator,
  Key, KeySet, KeysUnavailable, Logout, LogoutReceiver, LowwaterError, MessageRefused, NO_CUTOFFS, Received, Rejected, Revocation,
  RevocationRequest, Rule, Signed, StatusLists, StreamFreshness, Ticket, Validator, WithStatus, affected, unverified, version,
};
