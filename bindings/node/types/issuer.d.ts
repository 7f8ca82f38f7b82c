/** Keys that are fetched from their issuers, and what issuers send. */

import type { Accepted, Claims, Deciding, LowwaterError, Validator, ValidatorOptions } from '../index.js';
import type { EventReceiver, Received } from './events.js';
import type { Algorithm, Jwks, Keys } from './keys.js';
import type { At, Rule, Rules, Seconds } from './rules.js';
import type { StatusLists } from './status.js';

/** How the keys of an issuer are fetched. */
export interface SourceOptions {
  /** Where the key set is; else the issuer's metadata say it (OpenID Connect Discovery). */
  jwksUrl?: string;
  /** Where the metadata are, if not where the issuer's address says. */
  metadataUrl?: string;
  /** Where the issuer does not say for how long (`Cache-Control`): 10 minutes. What it says counts from 1 minute to 24 hours. */
  freshFor?: Seconds;
  /** How long keys serve beyond that while no others can be had: 24 hours. */
  staleFor?: Seconds;
  /** The shortest time between two fetches for a key that is missing: 30 seconds. */
  coolDown?: Seconds;
  /** How long a round may take, with metadata and redirects: 5 seconds. */
  timeout?: Seconds;
  /** The longest answer: 512 KiB. */
  maxBytes?: number;
  /** Takes `http` of this machine too, for tests. */
  allowLoopbackHttp?: boolean;
}

/** What fetches in place of `globalThis.fetch`: for a proxy, say. It is asked not to follow redirects. */
export type Fetching = (url: string, init: RequestInit) => Promise<Response>;

/** What is asked of the tokens of an issuer whose keys are fetched. */
export interface ForIssuerOptions extends Omit<ValidatorOptions, 'issuer' | 'keys' | 'allowShortSecret'>, SourceOptions {
  /**
   * The status lists of these issuers' tokens: one that a token names is fetched and kept fresh, as keys are. What these objects
   * hold now is taken over; what is fetched is the validator's own.
   */
  statusLists?: StatusLists | readonly StatusLists[];
  fetch?: Fetching;
}

/** One issuer, or several: each with what is said of its source alone. */
export interface IssuerValidatorOptions extends ForIssuerOptions {
  issuer?: string;
  sources?: readonly (SourceOptions & { issuer: string })[];
}

/**
 * A `Validator` that fetches the keys of its issuers, and fetches them again: before they grow old, and when a token names a
 * key that is not there.
 *
 * Nothing happens between requests: each that finds a fetch due starts it and goes on. It waits only where it could not decide
 * otherwise: before the first keys, for a key that is missing, for keys that grew old while nobody asked. While an issuer is
 * down its last keys serve for a day; without any, its tokens are answered 503 (`keys_unavailable`), for nobody knows that they
 * are bad.
 *
 * ```ts
 * const validator = Validator.forIssuer('https://issuer.example/', { audience: 'https://api.example/', algorithms: ['RS256'] });
 * const accepted = await validator.validate(token, cutoffs);
 * ```
 */
export class IssuerValidator {
  constructor(options: IssuerValidatorOptions);
  /** Accepts the token, or rejects with `Rejected`: see `Validator.validate`. Waits for keys where it has to. */
  validate<T extends object = Claims>(token: string, cutoffs: Rules, options?: Deciding): Promise<Accepted<T>>;
  /**
   * Reads the body of a logout by the issuer's keys, or rejects with `MessageRefused`. Waits for keys where it has to. Apply
   * and keep its rules, then answer with its reply.
   */
  receive(receiver: LogoutReceiver, body: string | Uint8Array, options?: At): Promise<Logout>;
  /** The same of a security event: the body of a push with its `Content-Type`; without that option, one token by itself. */
  receive(receiver: EventReceiver, body: string | Uint8Array, options?: At & { contentType?: string | null | undefined }): Promise<Received>;
  /**
   * Fetches the keys of all issuers, and waits: before the first request, so that none has to. Rejects with `KeysUnavailable`,
   * where an issuer has none then; it is asked again when a request comes.
   */
  hydrate(): Promise<void>;
  /** Takes keys that were kept from an earlier run, used until the first fetch. */
  hydrate(jwks: Jwks | string, options: { issuer?: string; freshUntil: Date | Seconds }): Promise<void>;
  /** The token of an `Authorization` header: see `Validator.bearer`. */
  bearer(header: string | null | undefined): string;
  /**
   * The validator with the keys of this moment: to explain a decision, to decide about many tokens at once, to prune. It waits
   * for nothing; a fetch that is due is started.
   */
  readonly current: Validator;
  /** What went wrong with the last fetch of each issuer; `undefined`: nothing. */
  readonly faults: Record<string, string | undefined>;
  /** Of each status list whose last fetch went wrong: how. The addresses come from tokens. */
  readonly listFaults: Record<string, string>;
}

/** The keys of an issuer could not be fetched; the text says of which, and why. */
export class KeysUnavailable extends LowwaterError {}

/** What to answer a request of a protocol. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface LogoutReceiverOptions {
  issuer: string;
  /** One or several, of which `aud` must name one. */
  clientId: string | readonly string[];
  algorithms: readonly (Algorithm | 'Ed25519')[];
  /** `"strict"` asks for `typ` and `exp`; `"compatible"` if not said. */
  mode?: 'strict' | 'compatible';
  /** What clocks may differ by: 60, at most 300. */
  leeway?: Seconds;
  /** How old a token may be: 300. */
  maxAge?: Seconds;
  /**
   * The validator's own: a tombstone of a session is then forgotten at its end, and else stays for ever. Only where the validator
   * refuses tokens without `auth_time` (`missingAuthTime: 'refuse'`): where `iat` stands in for it, a session that is refreshed
   * never ends, and would come back.
   */
  maxSession?: Seconds;
}

/**
 * Takes in the logout tokens of one issuer (OpenID Connect Back-Channel Logout 1.0) and says which rules they make. A token that
 * comes again makes the same rules, which changes nothing.
 */
export class LogoutReceiver {
  constructor(options: LogoutReceiverOptions);
  readonly issuer: string;
  /**
   * Reads the body of a request (a form with one `logout_token`), or throws `MessageRefused`. Where the keys are fetched,
   * `IssuerValidator.receive` asks for new ones too.
   */
  receive(body: string | Uint8Array, keys: Keys, options?: At): Logout;
}

/** A logout token that was taken: apply and keep its rules, then answer. */
export class Logout {
  private constructor();
  readonly rules: readonly Rule[];
  /** Its `jti`, for a log. */
  readonly tokenId: string;
  readonly subject: string | undefined;
  readonly session: string | undefined;
  /** What to answer once the rules are kept: 200. */
  readonly reply: Reply;
}

/** A message beside tokens (a logout, an event, a request to revoke, a status list) was not taken. Its text holds none of it. */
export class MessageRefused extends LowwaterError {
  private constructor();
  /** What was wrong; where tokens have the same fault, theirs. `keys_unavailable`: the message is not known to be bad. */
  readonly code: string;
  /** What to answer: 400, say, or 503 while the issuer's keys cannot be had. `undefined` where nobody asked: of a status list. */
  readonly reply: Reply | undefined;
}
