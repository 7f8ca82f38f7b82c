// Who is measured in Node: each checks signature, issuer, audience and expiry, with a key parsed before, in the fastest form
// that its documentation shows.
import { createPublicKey, createSecretKey } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { importJWK, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { Cutoffs, NO_CUTOFFS, Validator } from '../../bindings/node/index.mjs';

const policy = ({ issuer, audience, algorithm }) => ({ issuer, audience, algorithms: [algorithm] });
const validator = (fixture, more = { memoBytes: 0 }) => new Validator({ ...policy(fixture), keys: fixture.jwks, ...more });
/** As the package is without a word about it. */
const withMemo = (fixture) => validator(fixture, {});

/** Where fast-jwt keeps as many as are asked for: all that a case has. */
const CACHED = 4096;

const secret = ({ jwks }) => Buffer.from(jwks.keys[0].k, 'base64url');
const written = (fixture) => fixture.pem ?? secret(fixture);
const parsed = (fixture) => (fixture.pem ? createPublicKey(fixture.pem) : createSecretKey(secret(fixture)));

const fast = (fixture, cache) => createVerifier({
  key: written(fixture), algorithms: [fixture.algorithm], allowedIss: fixture.issuer, allowedAud: fixture.audience, clockTolerance: 60_000,
  requiredClaims: ['exp', 'iat'], cache,
});

/** The contestant's call, made for a fixture. It throws, or its promise fails, where the token is refused. */
export const CONTESTANTS = {
  'lowwater'(fixture) {
    const ours = validator(fixture);
    return (token) => ours.validate(token, NO_CUTOFFS);
  },
  'lowwater, claims read'(fixture) {
    const ours = validator(fixture);
    return (token) => ours.validate(token, NO_CUTOFFS).claims;
  },
  'lowwater, memo'(fixture) {
    const ours = withMemo(fixture);
    return (token) => ours.validate(token, NO_CUTOFFS);
  },
  'lowwater, memo, claims read'(fixture) {
    const ours = withMemo(fixture);
    return (token) => ours.validate(token, NO_CUTOFFS).claims;
  },
  'lowwater, 1000 rules'(fixture) {
    const [ours, cutoffs] = [validator(fixture), new Cutoffs()];
    for (let user = 0; user < 1000; user += 1) cutoffs.issuedBefore(fixture.now, { subject: `auth0|${user}`, issuer: fixture.issuer });
    return (token) => ours.validate(token, cutoffs);
  },
  'fast-jwt': (fixture) => fast(fixture, false),
  'fast-jwt, cache': (fixture) => fast(fixture, CACHED),
  'jsonwebtoken'(fixture) {
    const { issuer, audience, algorithm } = fixture;
    const [key, asked] = [parsed(fixture), { issuer, audience, algorithms: [algorithm], clockTolerance: 60 }];
    return (token) => jsonwebtoken.verify(token, key, asked);
  },
  async 'jose'(fixture) {
    const { issuer, audience, algorithm } = fixture;
    const [key, asked] = [await importJWK(fixture.jwks.keys[0], algorithm), { issuer, audience, algorithms: [algorithm], clockTolerance: 60, requiredClaims: ['exp', 'iat'] }];
    return (token) => jwtVerify(token, key, asked);
  },
};

/** What becomes of a token that was accepted and then revoked: what each answers before and after. */
export function revoked(fixture) {
  const [ours, cutoffs, cached, [token]] = [withMemo(fixture), new Cutoffs(), fast(fixture, CACHED), fixture.tokens.accepted];
  const answer = (ask) => {
    try {
      ask(token);
      return 'accepted';
    } catch (refused) {
      return refused.code;
    }
  };
  const everyone = { 'lowwater, memo': (token) => ours.validate(token, cutoffs), 'fast-jwt, cache': cached };
  const before = Object.fromEntries(Object.entries(everyone).map(([name, ask]) => [name, answer(ask)]));
  const { sub } = ours.validate(token, cutoffs).claims;
  cutoffs.issuedBefore(fixture.now, { subject: sub, issuer: fixture.issuer });
  return Object.fromEntries(Object.entries(everyone).map(([name, ask]) => [name, [before[name], answer(ask)]]));
}
