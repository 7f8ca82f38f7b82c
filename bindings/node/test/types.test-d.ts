// Read by tsc alone: what must be accepted, and what must not.
import { createPublicKey } from 'node:crypto';
import {
  ANY, type Accepted, ConfigError, Cutoffs, EventPoll, EventReceiver, GlobalRevocation, Index, IntrospectionValidator, IssuerValidator, Key,
  KeySet, type Logout, LogoutReceiver, MessageRefused, NO_CUTOFFS, type Received, Rejected, type Reply, RevocationRequest, Rule, StatusLists,
  StreamFreshness, Ticket, Validator, WithStatus, affected, unverified, version,
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

// What stands beside tokens.
const own = { issuer: 'i', audience: 'a', algorithms: ['RS256'] } as const;
const lists = new StatusLists({ issuer: 'i', lists: 'https://i/', algorithms: ['ES256'], maxLists: 5 });
const fetching = new IssuerValidator({ ...own, statusLists: [lists] });
const receiver = new EventReceiver({ ...own, formats: { email: 'claim:email' }, events: { x: { HIGH: 'refresh' }, y: 'nothing' }, authority: { issuers: ['i'] } });
const received: Promise<Received> = fetching.receive(receiver, 'body', { contentType: undefined, now: 5 });
const logout: Promise<Logout> = fetching.receive(new LogoutReceiver({ issuer: 'i', clientId: 'c', algorithms: ['RS256'] }), new Uint8Array());
// @ts-expect-error a logout has no content type
fetching.receive(new LogoutReceiver({ issuer: 'i', clientId: 'c', algorithms: ['RS256'] }), '', { contentType: 'x' });
// @ts-expect-error no such action
new EventReceiver({ ...own, events: { x: 'stop' } });
const stream = new StreamFreshness();
const poll = new EventPoll(fetching, receiver, { url: 'https://i/', longPoll: false, interval: 5n });
const wait: Promise<number> = poll.round(async ({ rules, events, reply }) => {
  for (const rule of rules) cutoffs.apply(rule);
  const why: readonly string[] | undefined = events[0]?.notApplied;
  console.log(why, events[0]?.value['x'], reply.status);
});
received.then((one) => { stream.heard(one); if (stream.asOf) cutoffs.loaded(stream.asOf); });
// @ts-expect-error nothing may have been polled yet
stream.polled(poll.asOf);
const reply: Reply = new GlobalRevocation({ issuer: 'i' }).receive(undefined, 'body').reply;
RevocationRequest.accessToken(accepted, { client: 'c' }).rules[0]?.toJson();
// @ts-expect-error a client that is not known must not be an operator
RevocationRequest.accessToken(accepted, { client: undefined });
validator.validate('t', cutoffs.withStatus(lists));
validator.validateMany(['t'], new WithStatus(NO_CUTOFFS, [lists]));
lists.hydrate('https://i/1', 't', { keys: [] }, { now: 5 });
const opaque = new IntrospectionValidator({ issuer: 'i', endpoint: 'https://i/', bearer: 'b', audience: ANY, signedFor: 'me', algorithms: ['ES256'], keys: fetching });
const seen: Promise<Accepted<Mine>> = opaque.validate<Mine>('t', index, { freshWithin: 1 });
opaque.setCredentials({ clientId: 'c', clientSecret: 's' });
// @ts-expect-error half of one
opaque.setCredentials({ clientId: 'c' });
// @ts-expect-error an answer has no algorithm
const algorithm: string = accepted.algorithm;
declare const refused: MessageRefused;
// @ts-expect-error nobody may have asked
refused.reply.status;
console.log(received, logout, wait, reply, seen, algorithm, refused.reply?.status);
