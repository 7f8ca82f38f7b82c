/** Rules, and what holds them. */

import type { Validator } from '../index.js';
import type { StatusLists, WithStatus } from './status.js';

/** A moment: a Date, or seconds since 1970 (`Date.now()` is refused: it counts milliseconds). An integral number is a whole second. */
export type Time = Date | number | bigint;
/** The time of a rule: also RFC 3339 text. */
export type RuleTime = Time | string;
/** Seconds. */
export type Seconds = number | bigint;

/** Any issuer, any audience, any token type: said aloud, never by default. */
export const ANY: unique symbol;
/** No rules: for an application that has none, and says so. */
export const NO_CUTOFFS: unique symbol;
/** When a call is made, for tests: the clock's if left out. */
export interface At {
  now?: Time;
}

/** How old rules are; `age` in seconds, where they are old and somebody can tell. */
export interface Freshness {
  state: 'fresh' | 'stale' | 'blind' | 'expired';
  age: number | null;
}

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
  /** The same rule as an object: a time that is exact to the millisecond is text, for numbers of JavaScript do not tell it from a second. */
  toObject(): RuleJson;
  /** For `JSON.stringify`: what `toObject` gives. */
  toJSON(): RuleJson;
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
  toSnapshot(options?: At): Uint8Array;
  /** Takes in a snapshot; tells how many rules it held. */
  loadSnapshot(snapshot: Uint8Array, options?: At): number;
  /** What changed after a replica's `sequence`. */
  deltaSince(sequence: number, options?: At): Uint8Array;
  /** Takes in a delta. */
  applyDelta(delta: Uint8Array, options?: At): Progress;
  /** Decisions alone, 16 bytes a rule, for an `Index`. As secret as the rules. */
  toIndex(options?: At): Uint8Array;
  /** The same rules, with status lists beside them. */
  withStatus(lists: StatusLists | readonly StatusLists[]): WithStatus;
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
  /** The same rules, with status lists beside them. */
  withStatus(lists: StatusLists | readonly StatusLists[]): WithStatus;
  /** How many targets it names. */
  readonly targets: number;
}

/** What a validation asks besides the token. */
export type Rules = Cutoffs | Index | WithStatus | typeof NO_CUTOFFS;
