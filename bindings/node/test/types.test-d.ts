// Read by tsc alone: what must be accepted, and what must not.
import { createPublicKey } from 'node:crypto';
import {
  ANY, type Accepted, ConfigError, Cutoffs, Index, Key, KeySet, NO_CUTOFFS, Rejected, Rule, Ticket, Validator, affected,
  unverified, version,
} from 'lowwater';

const secret = Key.fromSecret(new Uint8Array(32), { id: 'k', algorithm: 'HS256' });
const validator = new Validator({
  issuer: 'https://issuer.example/', audience: ['https://api.example/'], algorithms: ['RS256', 'EdDSA'], keys: { keys: [] },
});
new Validator({ issuer: ANY, audience: ANY, algorithms: ['HS256'], keys: [secret, 'pem', new Uint8Array()], tokenType: ANY });
new Validator({ issuer: 'i', audience: 'a', algorithms: ['ES256'], keys: createPublicKey('pem'), maxLifetime: 'unbounded' });
// @ts-expect-error a validator without an audience
new Validator({ issuer: 'i', algorithms: ['RS256'], keys: '' });
// @ts-expect-error an unset variable is no issuer
new Validator({ issuer: process.env.ISSUER, audience: 'a', algorithms: ['RS256'], keys: '' });
// @ts-expect-error `none` is no algorithm
new Validator({ issuer: 'i', audience: 'a', algorithms: ['none'], keys: '' });
// @ts-expect-error no such option
new Validator({ issuer: 'i', audience: 'a', algorithms: ['RS256'], keys: '', clockTolerance: 5 });

const cutoffs: Cutoffs = new Cutoffs({ capacity: 10 });
const change: 'applied' | 'clamped' | 'ended' | 'already_held' =
  cutoffs.issuedBefore(new Date(), { subject: 'u', issuer: ANY, exceptSessions: ['s'], now: 5 });
cutoffs.suspended({ on: true, version: 1, subject: 'u' });
cutoffs.apply({ rule: 'revoked', target: { session: 's' }, until: 'never' });
cutoffs.apply(Rule.revoked('2030-01-01T00:00:00Z', { tokenId: 't', claims: { roles: 'admin' } }));
// @ts-expect-error suspended has a version
cutoffs.suspended({ on: true, subject: 'u' });
// @ts-expect-error a target that is not there must not widen the rule
cutoffs.find({ subject: undefined });

interface Mine { sub: string; org_id: string }
const accepted: Accepted<Mine> = validator.validate<Mine>('token', cutoffs, { now: new Date(), freshWithin: 1 });
const organisation: string = accepted.claims.org_id;
const untyped: unknown = validator.validate('token', NO_CUTOFFS).claims['roles'];
const many: (Accepted<Mine> | Rejected)[] = validator.validateMany<Mine>(['token'], cutoffs, { now: 1, threads: 2 });
const subject: string | undefined = accepted.subject;
accepted.require({ scopes: ['read:messages'], subject: 'u' });
// @ts-expect-error a subject that is not there must not skip the check
accepted.require({ subject: undefined });
// @ts-expect-error rules are always said
validator.validate('token');
// @ts-expect-error nobody makes an accepted token
new Ticket();

const tickets: Ticket[] = affected(new Set([accepted.ticket()]), Rule.fromJson('{}'), { now: 1n });
const index = Index.replica(cutoffs.toIndex(), { staleAfter: 30, expiredAfter: 300 });
const age: number | null = tickets[0]!.recheck(index).age;
const progress = cutoffs.applyDelta(cutoffs.deltaSince(cutoffs.sequence));
if (!progress.complete) progress.before.toFixed();
const found: string[] = KeySet.fromJwks('{}').forIssuer('i').union(secret).keyIds;
validator.withKeys(new KeySet(found, { allowShortSecret: false })).keys.verify('t', ['EdDSA', 'Ed25519']).payload.toString();
unverified('t').claims['sub'];

try {
  validator.bearer(undefined);
} catch (error) {
  if (error instanceof Rejected) {
    const [status, headers, wait]: [number, Record<string, string>, Date | undefined] = [error.status, error.headers, error.waitUntil];
    console.log(status, headers, wait, error.code, error.stage === 'shape', error.remedy);
  } else if (error instanceof ConfigError) console.log(error.code);
}
const explained = validator.explain('t', cutoffs);
explained.rules[0]?.target?.['subject'];
const kept: string = JSON.stringify(Rule.fromJson('{}').toJSON().target);
// @ts-expect-error the word is ANY
new Validator({ issuer: 'i', audience: 'a', algorithms: ['RS256'], keys: '', tokenType: 'any' });
console.log(kept, version, change, organisation, untyped, subject, age, explained.rejection?.wait_until, explained.checks[0]?.compared);
