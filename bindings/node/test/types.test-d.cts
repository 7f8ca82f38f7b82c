// Read by tsc alone: the types of the CommonJS half.
import lowwater = require('lowwater');

const validator: lowwater.Validator = lowwater.Validator.fromJson('{}', { keys: 'pem' });
export const claims: lowwater.Claims = validator.validate('token', lowwater.NO_CUTOFFS).claims;
