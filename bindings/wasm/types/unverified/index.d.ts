/** What a token says, unproven: anyone can write such a token. */
export { unverified, LowwaterError, Rejected } from '../index.js';
