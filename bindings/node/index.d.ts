/**
 * lowwater decides whether an API should accept a token: it validates a JWT offline and applies "accept no token of user
 * X issued before T". README.md has the tour; every name here means what it means in the other languages.
 *
 * What is thrown is `Rejected` (a token, or what its bearer asks for, is refused), `ConfigError` (a mistake in a policy, a
 * key, a rule or an argument), or a `TypeError` where a method is called on something else.
 *
 * No class can be extended whose objects this package makes or asks. Objects that are given are plain ones: what they inherit or
 * hide would be read by nobody.
 *
 * Only what may be left out may be left out: an option that is there and `undefined` is a mistake, for an unset
 * environment variable must not mean "any".
 */

import type { ForIssuerOptions, IssuerValidator } from './types/issuer.js';
import type { Algorithm, KeySet, Keys, Signed } from './types/keys.js';
import type { ANY, At, Freshness, Rule, RuleJson, Rules, Seconds } from './types/rules.js';

export * from './types/events.js';
export * from './types/introspection.js';
export * from './types/issuer.js';
export * from './types/keys.js';
export * from './types/revocation.js';
export * from './types/rules.js';
export * from './types/status.js';

/** The version of this package. */
export const version: string;

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
  /**
   * Of tokens that come again, the signature is not checked again; time, policy and every rule are. The bytes for it, about
   * 3 KiB for a token of 900 bytes: 8 MiB if not said, 0 for none. One that takes more than a sixteenth of it is not kept, so
   * less than 64 KiB are as good as none. Other keys begin with an empty one.
   */
  memoBytes?: number;
}

export interface Deciding extends At {
  /** Rules of a replica must be younger than this for this call. */
  freshWithin?: Seconds;
}

export interface DecidingMany extends Deciding {
  /** How many decide at the same time while this call waits: 1, and no more than the machine runs. WebAssembly has one. */
  threads?: number;
}

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
  static fromJson(policy: string, options: { keys: Keys; memoBytes?: number }): Validator;
  /** A validator that fetches the keys of one issuer and keeps them fresh: see `IssuerValidator`. */
  static forIssuer(issuer: string, options: ForIssuerOptions): IssuerValidator;
  /**
   * Accepts the token, or throws `Rejected`: the first check that fails, in a fixed order. The type of the claims is what
   * the caller says it is: nothing here looks at claims of one's own.
   */
  validate<T extends object = Claims>(token: string, cutoffs: Rules, options?: Deciding): Accepted<T>;
  /**
   * Decides about each of at most 100,000 tokens, all at one instant under one state of the rules: an `Accepted` or a
   * `Rejected` for each, in their order. None is thrown. The newest 1024 that are accepted are held: a question to another
   * decides about its signature once more, and has the same answer.
   */
  validateMany<T extends object = Claims>(tokens: readonly string[], cutoffs: Rules, options?: DecidingMany): (Accepted<T> | Rejected)[];
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
  /** As it was sent; nothing has one but a JWT. */
  readonly header: Record<string, unknown> | undefined;
  readonly headerJson: string | undefined;
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
  readonly algorithm: Algorithm | undefined;
  /** The key that verified it: its `kid`, or its thumbprint (RFC 7638) where it has none. */
  readonly keyId: string | undefined;
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
  recheck(cutoffs: Rules, options?: Deciding): Freshness;
  /** Does this rule alone refuse the token? */
  isAffectedBy(rule: Rule | RuleJson | string, options?: At): boolean;
}

/** Of many tickets those whose tokens a rule refuses: the connections to close when the rule comes. */
export function affected(tickets: Iterable<Ticket>, rule: Rule | RuleJson | string, options?: At): Ticket[];

/** What a token says, unproven: for logs and support. Anyone can write such a token. */
export function unverified(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> };

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
  /** Every key of the set: which one made the signature, and why others were not tried. */
  keys: { key_id: string; algorithms: Algorithm[]; outcome: 'verified' | 'tried' | 'not_tried'; message: string | null }[];
  /** The rules that match the token. */
  rules: { rule: string; target: Record<string, unknown> | null; code: string | null; compared: string; rules: RuleJson[] }[];
}

/** The base of all errors. */
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
