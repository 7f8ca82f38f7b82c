/** Security events (RFC 8417) of a transmitter of the Shared Signals Framework: CAEP, RISC, and what came before them. */

import type { Fetching, IssuerValidator, Reply } from './issuer.js';
import type { Algorithm, Keys } from './keys.js';
import type { At, Rule, Seconds, Time } from './rules.js';

/**
 * What an event does. `end_session`: ends the session that is named, else as `reauthenticate` (log in again). `refresh`: what was
 * issued before is over, a new token passes. `end_grant`: the same, of the receiver's own clients. `suspend`: may not act, until a
 * later event says otherwise (`resume`). `purge`: may never act again.
 */
export type EventAction =
  | 'nothing' | 'end_session' | 'reauthenticate' | 'refresh' | 'end_grant' | 'suspend' | 'suspend_and_reauthenticate'
  | 'suspend_and_refresh' | 'resume' | 'purge';

/** Of which dimension of a rule an identifier is a value. */
export type Meaning = 'subject' | 'client' | 'session' | 'tenant' | 'device' | 'confirmation' | `claim:${string}`;

/** What an operator says about those whom a message names (RFC 9493). An identifier without a meaning makes no rule. */
export interface SubjectOptions {
  /** By format: `{ email: 'claim:email', opaque: 'session' }`. */
  formats?: Record<string, Meaning>;
  /** Of a complex subject, by member: `{ user: 'claim:email' }`. */
  members?: Record<string, Meaning>;
  /** What becomes of a member that means nothing here: it is left out (`match`), or no rule is made. */
  unknownMembers?: Record<string, 'match' | 'no_match'>;
  /** What the transmitter calls critical: an event with such a member that means nothing here makes no rule. */
  criticalSubjectMembers?: readonly string[];
  /** Names e-mail addresses in small letters too. */
  anyEmailCase?: boolean;
  /** Whom the source may name, in place of its own issuer's users, clients, sessions, tokens, tenants and devices. */
  authority?: Authority;
}

/** Whom a source of rules may name. A rule outside is refused as a whole, and reported. */
export interface Authority {
  issuers: readonly string[];
  /** As a rule's JSON calls them: `subject`, `claim:email`. */
  dimensions?: readonly string[];
  /** Of one tenant alone. */
  tenant?: string | number | boolean;
  everyone?: true;
}

export interface EventReceiverOptions extends SubjectOptions {
  /** The transmitter. */
  issuer: string;
  /** One or several, of which `aud` must name one. */
  audience: string | readonly string[];
  algorithms: readonly (Algorithm | 'Ed25519')[];
  /** Whose tokens the transmitter speaks of (their `iss`), where it calls itself by another name. */
  tokenIssuer?: string;
  /**
   * What an event does in place of what the table says, by its URI; or an object of actions by the value that decides
   * (`{ [RISK]: { MEDIUM: 'refresh' } }`).
   */
  events?: Record<string, EventAction | Record<string, EventAction>>;
  /** Takes what drafts said: a `subject` within the event, `sub` and `exp`, no `typ`. */
  legacy?: boolean;
  /** What clocks may differ by: 60, at most 300. */
  leeway?: Seconds;
  /** The validator's own: a tombstone of a session is then forgotten at its end, and else stays for ever. */
  maxSession?: Seconds;
  /** The same of one token. */
  maxLifetime?: Seconds;
}

/**
 * Takes in the security event tokens of one transmitter and says which rules they make. A message that comes again, or late,
 * changes nothing that a later one said.
 *
 * ```ts
 * const events = new EventReceiver({ issuer, audience: 'https://api.example/', algorithms: ['RS256'], formats: { opaque: 'session' } });
 * const { reply, rules } = await validator.receive(events, body, { contentType: req.headers['content-type'] });
 * ```
 */
export class EventReceiver {
  constructor(options: EventReceiverOptions);
  readonly issuer: string;
  /**
   * Reads the body of a push (RFC 8935) with its `Content-Type`, or throws `MessageRefused`. Where the keys are fetched,
   * `IssuerValidator.receive` asks for new ones too. Who may post is the API's to check.
   */
  push(contentType: string | null | undefined, body: string | Uint8Array, keys: Keys, options?: At): Received;
  /** Reads a token by itself, or throws `MessageRefused`. */
  receive(token: string, keys: Keys, options?: At): Received;
}

/** One event of a message. */
export interface SecurityEvent {
  /** Its type, an URI. */
  readonly event: string;
  /** What it says, without prototypes. It may name a person. */
  readonly value: Record<string, unknown>;
  /** Why it made no rule, or not all of them: codes (`event_unknown`, `subject_unresolved`, `overreach` ..). */
  readonly notApplied: readonly string[];
}

/** A security event token that was taken: apply and keep its rules, then answer. */
export class Received {
  private constructor();
  readonly rules: readonly Rule[];
  /** What happened: one event, in other words where there are several. */
  readonly events: readonly SecurityEvent[];
  /** Its `jti`, for a log. */
  readonly tokenId: string;
  /** Does it verify the stream? */
  readonly isVerification: boolean;
  /** The `state` of a verification, if it has one. Where it is not the one that was asked for, answer `wrongState`. */
  readonly state: string | undefined;
  /** What it says of the stream. */
  readonly stream: StreamStatus | undefined;
  /** When the transmitter made it, and never later than it was received. */
  readonly issuedAt: Date;
  /** What to answer a push once the rules are kept: 202. */
  readonly reply: Reply;
  /** What to answer a push whose `state` is another: 400, `invalid_state`. */
  readonly wrongState: Reply;
}

export type StreamStatus = 'enabled' | 'paused' | 'disabled';

/**
 * How young the rules are that come by a stream of events: what to tell `Cutoffs.loaded`. It does not show that no event was
 * lost: load the rules that were kept first, and again where `needsResync` says so.
 *
 * ```ts
 * stream.heard(received); // its rules were applied and kept
 * if (stream.asOf) cutoffs.loaded(stream.asOf);
 * ```
 */
export class StreamFreshness {
  /** Nothing was heard yet; the stream counts as enabled. */
  constructor();
  /** A message was taken, and its rules are kept. */
  heard(received: Received): void;
  /** A poll left nothing open: `EventPoll.asOf`. */
  polled(asOf: Time): void;
  /** The transmitter says that the stream has this status, at this time. */
  status(status: StreamStatus, at: Time): void;
  /** All rules of this time were loaded from somewhere else. */
  resynced(asOf: Time): void;
  /** Were events lost that will not come again? */
  readonly needsResync: boolean;
  /** So old the rules are; `undefined`: they count as no younger than they did. */
  readonly asOf: Date | undefined;
}

export interface EventPollOptions {
  /** The stream's `delivery.endpoint_url`. */
  url: string;
  /** The value of that header: `Bearer ..`. */
  authorization?: string;
  /** How many tokens one answer may bring: 50, at most 1000. */
  maxEvents?: number;
  /** `false`, where a transmitter holds no request back: it is then asked each `interval`. */
  longPoll?: boolean;
  /** The wait of a short poll after an answer that brought nothing: 30. */
  interval?: Seconds;
  /** How long an answer may take: 90, longer than the transmitter holds a request back. */
  timeout?: Seconds;
  /** Takes `http` of this machine too, for tests. */
  allowLoopbackHttp?: boolean;
  fetch?: Fetching;
}

/**
 * Polls one stream of security events (RFC 8936), for a transmitter that cannot push them. What was taken is acknowledged with
 * the next request; what was not comes again.
 *
 * ```ts
 * const poll = new EventPoll(validator, events, { url: 'https://issuer.example/poll', authorization: 'Bearer ..' });
 * const take = ({ rules }) => rules.forEach((rule) => cutoffs.apply(rule)); // and keep them
 * for (;;) {
 *   const wait = await poll.round(take);
 *   for (const [tokenId, why] of poll.refused) console.warn('refused', tokenId, why);
 *   await sleep(wait);
 * }
 * ```
 */
export class EventPoll {
  /** By the keys of this validator, for this receiver. */
  constructor(validator: IssuerValidator, receiver: EventReceiver, options: EventPollOptions);
  /**
   * Fetches, where that is due; tells how many milliseconds to wait before the next round.
   *
   * Each token that came is handed to `take`, which applies and keeps its rules: then it is acknowledged. Where `take` throws (or
   * what it returns rejects), the token stays open and comes again, and the first of these errors is thrown after the rest
   * was tried. A token that cannot be read is refused to the transmitter, unless it is for the want of the issuer's keys.
   * While another round of this object goes on nothing happens.
   */
  round(take: (received: Received) => unknown): Promise<number>;
  /** When the last request began whose answer left nothing behind, and all of it is settled: for `StreamFreshness.polled`. */
  readonly asOf: Date | undefined;
  /**
   * Those that the last round refused, by the transmitter's name for each, with the reason: for a log. What is refused is not
   * sent again, so a wrong `audience` here loses every event.
   */
  readonly refused: Map<string, string>;
  /** What went wrong with the last request; `undefined`: nothing. */
  readonly fault: string | undefined;
}
