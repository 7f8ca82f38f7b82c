/**
 * lowwater decides whether an API should accept a token: it validates a JWT offline and applies "accept no token of user
 * X issued before T". README.md has the tour; every name here means what it means in the other languages.
 *
 * What is thrown is `Rejected` (a token, or what its bearer asks for, is refused), `ConfigError` (a mistake in a policy, a
 * key, a rule or an argument), or a `TypeError` where a method is called on something else.
 *
 * Only what may be left out may be left out: an option that is there and `undefined` is a mistake, for an unset
 * environment variable must not mean "any".
 */

/** A moment: a Date, or seconds since 1970. An integral number is a whole second, a Date has milliseconds. */
export type Time = Date | number | bigint;
/** The time of a rule: also RFC 3339 text. */
export type RuleTime = Time | string;
/** Seconds. */
export type Seconds = number | bigint;

export type Algorithm =
  | 'HS256' | 'HS384' | 'HS512'
  | 'RS256' | 'RS384' | 'RS512'
  | 'PS256' | 'PS384' | 'PS512'
  | 'ES256' | 'ES384'
  | 'EdDSA';

/** Any issuer, any audience, any token type: said aloud, never by default. */
export const ANY: unique symbol;
/** No rules: for an application that has none, and says so. */
export const NO_CUTOFFS: unique symbol;
/** The version of this package. */
export const version: string;

/** A JWK (RFC 7517), or anything of its form. */
export interface Jwk {
  kty?: string;
  kid?: string;
  alg?: string;
  [member: string]: unknown;
}

/** A JWK Set. */
export interface Jwks {
  keys: readonly Jwk[];
  [member: string]: unknown;
}

/** Node's own class of keys (`node:crypto`): public ones and secrets are taken. */
export interface KeyObject {
  readonly type: string;
  export(options?: never): unknown;
}

/** What holds a key: a JWK or a JWK Set as object, text or bytes; PEM; DER. Never a secret: see `Key.fromSecret`. */
export type KeySource = Jwk | Jwks | string | Uint8Array | KeyObject;

/** All that is taken as keys. */
export type Keys = KeySet | Key | KeySource | readonly (Key | KeySource)[];

/** What a file of keys does not say. */
export interface KeyName {
  /** Its `kid`. */
  id?: string;
  /** The one algorithm that it serves. */
  algorithm?: Algorithm | 'Ed25519';
}

/** One key, for what a file of keys does not say: a shared secret, a name, the one algorithm. */
export class Key {
  private constructor();
  /**
   * A shared secret for HS256, HS384, HS512: at least 32 random bytes (RFC 7518 section 3.2). Bytes that look like a
   * public key, a certificate or a JWK are refused: whoever has the public key could sign.
   */
  static fromSecret(secret: Uint8Array, named?: KeyName): Key;
  /** A shared secret of any length but zero. Whoever holds one token can guess a short one offline. */
  static fromShortSecret(secret: Uint8Array, named?: KeyName): Key;
  /** A public key in PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`. */
  static fromPem(pem: string | Uint8Array, named?: KeyName): Key;
  /** A public key in DER: SPKI or PKCS#1. */
  static fromDer(der: Uint8Array, named?: KeyName): Key;
  /** A JWK. */
  static fromJwk(jwk: Jwk | string | Uint8Array, named?: KeyName): Key;
  /** Its `kid`. */
  readonly id: string | undefined;
  /** The one algorithm that it serves, if it names one. */
  readonly algorithm: Algorithm | undefined;
}

/** A key of a set that cannot be used, in the form of its JSON. */
export interface SkippedKey {
  position: number;
  key_id: string | null;
  code: string;
  message: string;
}

/**
 * The keys that an API accepts tokens from. Text, bytes and objects are read by their look (JWK Set, JWK, PEM, DER); in a
 * JWK Set keys that cannot be used are skipped and reported, elsewhere they are a ConfigError.
 */
export class KeySet {
  constructor(keys: Keys, options?: { allowShortSecret?: boolean });
  /** A JWK Set, and nothing else. */
  static fromJwks(jwks: Jwks | string | Uint8Array, options?: { allowShortSecret?: boolean }): KeySet;
  /**
   * The same keys, bound to an issuer: a token that one of them verifies must carry it. With several issuers bind the keys
   * of each, or one could sign in the name of another.
   *
   * ```ts
   * const keys = KeySet.fromJwks(ours).forIssuer('https://a/').union(KeySet.fromJwks(theirs).forIssuer('https://b/'));
   * ```
   */
  forIssuer(issuer: string): KeySet;
  /** The keys of both sets, this one's first. */
  union(other: Keys): KeySet;
  /**
   * Checks shape, header and signature of any signed message, and stops there: no claim is read, no policy applied, no
   * rule asked. What comes back is proven bytes.
   */
  verify(token: string, algorithms: readonly Algorithm[]): Signed;
  /** The names of the keys: `kid`, or the thumbprint (RFC 7638) of a key without one. */
  readonly keyIds: string[];
  /** The keys of the set that cannot be used, and why. */
  readonly skipped: SkippedKey[];
  /** How many keys can be used. */
  readonly size: number;
}

/** Proven bytes, and no more: no claim was read, no policy asked. */
export class Signed {
  private constructor();
  readonly payload: Buffer;
  readonly header: Record<string, unknown>;
  readonly headerJson: string;
  readonly algorithm: Algorithm;
  readonly keyId: string;
}

export interface ValidatorOptions {
  /** One or several, of which the token's must be one; or `ANY`. */
  issuer: string | readonly string[] | typeof ANY;
  /** One or several, of which one of the token's must be one; or `ANY`. */
  audience: string | readonly string[] | typeof ANY;
  /** Never taken from the keys or the token. */
  algorithms: readonly (Algorithm | 'Ed25519')[];
  /** See `KeySet`. A secret is `Key.fromSecret(...)`. */
  keys: Keys;
  /** `"default"`: `typ` is absent, `JWT` or `at+jwt`. `"strict"`: `at+jwt` alone (RFC 9068). `ANY`, or a list of one's own. */
  tokenType?: 'default' | 'strict' | readonly string[] | typeof ANY;
  /** What clocks may differ by: 60, at most 300. */
  leeway?: Seconds;
  /** The longest `exp - iat`: 24 hours, or `"unbounded"` (then no rule is ever pruned). */
  maxLifetime?: Seconds | 'unbounded';
  /** The longest time since `iat`. Off. */
  maxAge?: Seconds;
  /** The longest time since `auth_time`. Off. */
  maxSession?: Seconds;
  /** Takes tokens without `exp`; only with an unbounded lifetime. */
  missingExp?: 'accept';
  /** Takes tokens without `iat`; only with an unbounded lifetime. */
  missingIat?: 'accept';
  /** What becomes of a token of the cutoff's own second: `"refuse"` if not said. */
  sameSecond?: 'refuse' | 'accept';
  /** Where a login cutoff asks for `auth_time` and there is none: `"use_issued_at"` if not said. */
  missingAuthTime?: 'use_issued_at' | 'refuse';
  /** Claims that must be there. */
  required?: readonly string[];
  /** Claims that must have a value. */
  claimEquals?: Record<string, unknown>;
  /** The claim that `tenant` of a rule means: `org_id`. */
  tenantClaim?: string;
  /** The claim that `device` of a rule means: `device_id`. */
  deviceClaim?: string;
  /** 16384, at most 1048576. */
  maxTokenBytes?: number;
  /** Takes base64url with `=`, which AWS ALB sends. */
  allowPadding?: boolean;
  /** Takes `oct` keys that are shorter than their hash. */
  allowShortSecret?: boolean;
  /** For challenges (RFC 6750). */
  realm?: string;
  /** For challenges (RFC 9728): an URL. */
  resourceMetadata?: string;
}

/** When a call is made, for tests: the clock's if left out. */
export interface At {
  now?: Time;
}

export interface Deciding extends At {
  /** Rules of a replica must be younger than this for this call. */
  freshWithin?: Seconds;
}

/** What a validation asks besides the token. */
export type Rules = Cutoffs | Index | typeof NO_CUTOFFS;

/** Claims as `JSON.parse` reads them, without prototypes: what is in them came with the token. */
export interface Claims {
  iss?: string;
  sub?: string;
  aud?: string | string[];
  exp?: number;
  nbf?: number;
  iat?: number;
  jti?: string;
  [claim: string]: unknown;
}

/**
 * Decides whether an API should accept a token. Built once, used for every request.
 *
 * ```ts
 * const validator = new Validator({ issuer, audience, algorithms: ['RS256'], keys: jwks });
 * const cutoffs = new Cutoffs();
 *
 * try {
 *   const accepted = validator.validate(validator.bearer(req.headers.authorization), cutoffs);
 *   accepted.require({ scopes: ['read:messages'] });
 * } catch (error) {
 *   if (!(error instanceof Rejected)) throw error;
 *   res.status(error.status).set(error.headers).end();
 * }
 * ```
 */
export class Validator {
  constructor(options: ValidatorOptions);
  /** A validator of a policy that is kept as JSON, as every language reads it (its names are in snake_case). */
  static fromJson(policy: string, options: { keys: Keys }): Validator;
  /**
   * Accepts the token, or throws `Rejected`: the first check that fails, in a fixed order. The type of the claims is what
   * the caller says it is: nothing here looks at claims of one's own.
   */
  validate<T extends object = Claims>(token: string, cutoffs: Rules, options?: Deciding): Accepted<T>;
  /**
   * Every check that can still run, with what was compared: for logs and support. Its `rejection` is what `validate`
   * throws. `compared` holds text of the token: show it to operators.
   */
  explain(token: string, cutoffs: Rules, options?: Deciding): Explanation;
  /** Checks shape, header and signature of another kind of message, and stops there. */
  verify(token: string): Signed;
  /** The token of an `Authorization` header; without one, or with anything but one bearer token, throws `Rejected`. */
  bearer(header: string | null | undefined): string;
  /** The answer when the rules cannot be asked, to be thrown: 503. */
  rulesUnavailable(retryAfter: Seconds): Rejected;
  /** The same policy with other keys: for when the issuer rotates them. */
  withKeys(keys: Keys): Validator;
  readonly keys: KeySet;
}

/** How old rules are; `age` in seconds, where they are old and somebody can tell. */
export interface Freshness {
  state: 'fresh' | 'stale' | 'blind' | 'expired';
  age: number | null;
}

/** What can be asked of an accepted token. Each may be left out, and none may be `undefined`. */
export interface Requirement {
  /** All of these. */
  scopes?: readonly string[];
  /** One of these. */
  anyScope?: readonly string[];
  /** All of these. */
  permissions?: readonly string[];
  /** One of these. */
  anyPermission?: readonly string[];
  /** The owner of the resource. */
  subject?: string;
  /** The thumbprint that the connection proved (`cnf.jkt`, `cnf.x5t#S256`); without it a bound token is a bearer token. */
  confirmation?: string;
}

/** An accepted token: signed by a key of the set, permitted by the policy, refused by no rule. */
export class Accepted<T extends object = Claims> {
  private constructor();
  /**
   * All claims. Made when first asked for; the same object each time, and changing it changes nothing that this object
   * answers. Integers beyond 2^53 lose digits, as in all of JavaScript: `claimsJson` has them.
   */
  readonly claims: T;
  /** All claims as JSON, as they were sent. */
  readonly claimsJson: string;
  readonly header: Record<string, unknown>;
  readonly headerJson: string;
  /** `iss` */
  readonly issuer: string | undefined;
  /** `sub` */
  readonly subject: string | undefined;
  /** `aud`, one or several. */
  readonly audiences: string[];
  /** `client_id`, else `azp`. */
  readonly client: string | undefined;
  /** `sid` */
  readonly session: string | undefined;
  /** `jti` */
  readonly tokenId: string | undefined;
  /** `scope`: the words of a string, or the elements of an array. */
  readonly scopes: string[];
  /** `permissions` */
  readonly permissions: string[];
  /** `iat` */
  readonly issuedAt: Date | undefined;
  /** `exp` */
  readonly expiresAt: Date | undefined;
  /** `nbf` */
  readonly notBefore: Date | undefined;
  /** `auth_time` */
  readonly authenticatedAt: Date | undefined;
  readonly algorithm: Algorithm;
  /** The key that verified it: its `kid`, or its thumbprint (RFC 7638) where it has none. */
  readonly keyId: string;
  /** The header's `typ`, as it was sent. */
  readonly tokenType: string | undefined;
  /**
   * What to know about how it was accepted. `issued_at_for_auth_time`: a login cutoff asked for `auth_time`, the token has
   * none, and `iat` stood for it: a refresh evades it.
   */
  readonly notes: string[];
  /** How old the rules were: `fresh` or `stale`. */
  readonly freshness: Freshness;
  /** May its bearer do this? Throws `Rejected` if not: 403, or 401 for `confirmation`. */
  require(requirement: Requirement): void;
  /** What it takes to ask again later, for a connection that lasts. */
  ticket(): Ticket;
}

/** What is kept of an accepted token for as long as its connection lasts. */
export class Ticket {
  private constructor();
  /** Would the token still be accepted? Throws `Rejected` if not. Keys are not asked again. */
  recheck(cutoffs: Rules, options?: At): Freshness;
  /** Does this rule alone refuse the token? */
  isAffectedBy(rule: Rule | RuleJson | string, options?: At): boolean;
}

/** Of many tickets those whose tokens a rule refuses: the connections to close when the rule comes. */
export function affected(tickets: Iterable<Ticket>, rule: Rule | RuleJson | string, options?: At): Ticket[];

/** What a token says, unproven: for logs and support. Anyone can write such a token. */
export function unverified(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> };

/** Who or what a rule is about: all that is named must be true of a token. */
export interface Target {
  /** Left out, or `ANY`: the rule is meant for every issuer. */
  issuer?: string | typeof ANY;
  subject?: string;
  /** `client_id`, else `azp`. */
  client?: string;
  /** `sid` */
  session?: string;
  /** `jti` */
  tokenId?: string;
  /** The key that verifies (see `Accepted.keyId`). */
  keyId?: string;
  tenant?: string | number | boolean;
  device?: string | number | boolean;
  /** The thumbprint of a key that tokens are bound to. */
  confirmation?: string;
  /** Claims of one's own, by name. An array in the token matches by any member. */
  claims?: Record<string, string | number | boolean>;
  /** Every token. */
  everyone?: true;
}

export interface RuleOptions extends Target {
  /** For `lift`; two rules may share one. */
  id?: string;
  /** For people. */
  reason?: string;
}

export interface CutoffOptions extends RuleOptions {
  /** Up to 8 sessions and token ids together that the rule spares. */
  exceptSessions?: readonly string[];
  exceptTokenIds?: readonly string[];
  /** For a rule stamped by another clock than the issuer's: up to 300. */
  skewGuard?: Seconds;
}

export interface SuspendedOptions extends RuleOptions {
  on: boolean;
  /** Of several the highest counts. */
  version: number;
}

/** A rule as an object: the form of its JSON, in snake_case. */
export interface RuleJson {
  rule: 'issued_before' | 'authenticated_before' | 'revoked' | 'suspended';
  target: Record<string, unknown>;
  [member: string]: unknown;
}

/** One rule: a target, and what it says of the tokens that match. */
export class Rule {
  private constructor();
  /** Refuse tokens issued (`iat`) before `at`: a new token passes. For a changed role, a leaked token. */
  static issuedBefore(at: RuleTime, options: CutoffOptions): Rule;
  /** Refuse tokens whose user logged in (`auth_time`) before `at`: log in again. For a stolen device. */
  static authenticatedBefore(at: RuleTime, options: CutoffOptions): Rule;
  /** Refuse one id (session, token, key, device) at once, until no token of it can be valid any more; or `"never"`. */
  static revoked(until: RuleTime | 'never', options: RuleOptions): Rule;
  /** Suspend an account, or end its suspension: 403. */
  static suspended(options: SuspendedOptions): Rule;
  /** Exactly what `toJson` writes: in text `1700000000` is a second, `1700000000.0` a millisecond. */
  static fromJson(json: string): Rule;
  toJson(): string;
  toObject(): RuleJson;
  readonly kind: RuleJson['rule'];
  readonly id: string | undefined;
  readonly reason: string | undefined;
}

/** What applying a rule did. `clamped`: it asked for a time more than a minute ahead, and was brought down. */
export type Change = 'applied' | 'clamped' | 'ended' | 'already_held';

/** How old rules of elsewhere may be until they count as stale (told) and as expired (refused with 503). */
export interface Bounds {
  staleAfter: Seconds;
  expiredAfter: Seconds;
}

export interface AppliedLines {
  applied: number;
  clamped: number;
  alreadyHeld: number;
  skipped: { line: number; mistake: string }[];
}

/** Not `complete`: changes are missing, ask for those after `sequence`. */
export type Progress =
  | { complete: true; sequence: number }
  | { complete: false; sequence: number; before: number };

/**
 * The rules: who was logged out, revoked or suspended, and since when. They live in memory, and in one thread: keep
 * `toSnapshot()` or `toJsonLines()`, and read it back before the first request. A worker is another process to them.
 *
 * ```ts
 * cutoffs.issuedBefore(new Date(), { issuer, subject: 'auth0|42' });
 * cutoffs.authenticatedBefore(new Date(), { issuer, subject: 'auth0|42', exceptSessions: ['sid-1'] });
 * cutoffs.revoked('never', { issuer, device: 'd-7' });
 * cutoffs.suspended({ issuer, subject: 'auth0|42', on: true, version: 1 });
 * ```
 */
export class Cutoffs {
  /** Of this process, which is the authority. capacity: more rules are a ConfigError. */
  constructor(options?: { capacity?: number });
  /** Rules that another process makes. Until they are loaded tokens are refused with 503. */
  static replica(options: Bounds & { capacity?: number }): Cutoffs;
  /** Applies `Rule.issuedBefore`. */
  issuedBefore(at: RuleTime, options: CutoffOptions & At): Change;
  /** Applies `Rule.authenticatedBefore`. */
  authenticatedBefore(at: RuleTime, options: CutoffOptions & At): Change;
  /** Applies `Rule.revoked`. */
  revoked(until: RuleTime | 'never', options: RuleOptions & At): Change;
  /** Applies `Rule.suspended`. */
  suspended(options: SuspendedOptions & At): Change;
  /** Applies a rule: a Rule, an object in the form of its JSON, or JSON. */
  apply(rule: Rule | RuleJson | string, options?: At): Change;
  /** Undoes every rule of an id, for good; tells how many went. */
  lift(id: string): number;
  /** Takes in what another set knows: what either refuses is refused. */
  merge(other: Cutoffs): Change;
  /**
   * Drops rules that can refuse no token any more; tells how many. validators: all that share these rules. force: believe
   * a clock that is a year ahead.
   */
  prune(validators: Validator | readonly Validator[], options?: At & { force?: boolean }): number;
  /** Drops rules under a broader one that refuses as much; tells how many. */
  compact(options?: At): number;
  /** The rules that hold for this target, or for some of its tokens. */
  find(target: Target): Rule[];
  /** Every rule. */
  list(): Rule[];
  freshness(options?: At): Freshness;
  /** A replica that was filled rule by rule: it holds what the authority held at `asOf`. */
  loaded(asOf: Time, options?: At): void;
  /** The whole state as text: reading it back changes no decision. */
  toJsonLines(): string;
  /** Takes in a state that `toJsonLines` wrote; tells how many rules it held. */
  loadJsonLines(lines: string): number;
  /** Applies rules of a file, one a line. A bad line stops all, or is skipped and told. */
  applyJsonLines(lines: string, options?: At & { skipBad?: boolean }): AppliedLines;
  /** The whole state as bytes, with a checksum. */
  toSnapshot(options?: At): Buffer;
  /** Takes in a snapshot; tells how many rules it held. */
  loadSnapshot(snapshot: Uint8Array, options?: At): number;
  /** What changed after a replica's `sequence`. */
  deltaSince(sequence: number, options?: At): Buffer;
  /** Takes in a delta. */
  applyDelta(delta: Uint8Array, options?: At): Progress;
  /** Decisions alone, 16 bytes a rule, for an `Index`. As secret as the rules. */
  toIndex(options?: At): Buffer;
  readonly sequence: number;
  /** How many rules it keeps. */
  readonly size: number;
}

/** Rules as a validation asks them, in a copy of the bytes that `Cutoffs.toIndex` made. */
export class Index {
  constructor(bytes: Uint8Array);
  /** The index of another process: as old as it says. */
  static replica(bytes: Uint8Array, options: Bounds): Index;
  freshness(options?: At): Freshness;
  /** Proves every line; throws at the first that is damaged. (A validation proves what it reads, and answers 503.) */
  checkAll(): void;
  /** How many targets it names. */
  readonly targets: number;
}

export type Stage = 'shape' | 'header' | 'key' | 'signature' | 'claims' | 'policy' | 'cutoff' | 'permission';
export type Remedy = 'none' | 'refresh' | 'reauthenticate' | 'step_up' | 'wait_until' | 'stop' | 'retry_later';

/** A `Rejected` in the form of its JSON. */
export interface Rejection {
  code: string;
  stage: Stage;
  remedy: Remedy;
  message: string;
  status: 401 | 403 | 503;
  headers: Record<string, string>;
  wait_until: number | null;
}

/** In the form of its JSON, equal in all languages. */
export interface Explanation {
  accepted: boolean;
  rejection: Rejection | null;
  checks: {
    stage: Stage;
    name: string;
    outcome: 'pass' | 'fail' | 'skipped';
    code: string | null;
    message: string | null;
    compared: string;
  }[];
  /** The rules that match the token. */
  rules: { rule: string; target: string | null; code: string | null; compared: string; rules: RuleJson[] }[];
}

/** The base of both errors. */
export class LowwaterError extends Error {}

/** A mistake of the operator or the programmer; a token never causes one. */
export class ConfigError extends LowwaterError {
  private constructor();
  /** A stable name of the mistake; `argument_invalid` for an argument of the wrong type. */
  readonly code: string;
}

/** A token, or what its bearer asks for, is refused. Its text holds no token, no secret and no claim. */
export class Rejected extends LowwaterError {
  private constructor();
  /** A stable name, equal in all languages. */
  readonly code: string;
  /** How far the token came. */
  readonly stage: Stage;
  /** What the client can do about it. */
  readonly remedy: Remedy;
  /** The HTTP status: a valid token of someone who may not do this is never 401. */
  readonly status: 401 | 403 | 503;
  /** `WWW-Authenticate` and `Retry-After`, each where the answer has one. */
  readonly headers: Record<string, string>;
  /** With the remedy `wait_until`: until when. */
  readonly waitUntil: Date | undefined;
  toJSON(): object;
}
