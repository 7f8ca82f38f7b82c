/** Tokens that only their authorization server can read. */

import type { Accepted, Claims, Deciding, Validator, ValidatorOptions } from '../index.js';
import type { Fetching, IssuerValidator } from './issuer.js';
import type { Algorithm, Keys } from './keys.js';
import type { Rules, Seconds } from './rules.js';

/** Who asks, for a server that is changed or renewed. */
export type IntrospectionCredentials = { clientId: string; clientSecret: string } | { bearer: string };

/** What is asked, and of whom; the rest is the policy's. One of `clientId` with `clientSecret`, `bearer`, `credentials` is needed. */
export interface IntrospectionOptions
  extends Omit<ValidatorOptions, 'issuer' | 'keys' | 'algorithms' | 'memoBytes' | 'allowShortSecret' | 'allowPadding'> {
  issuer: string;
  /** Where the server is asked. */
  endpoint: string;
  clientId?: string;
  clientSecret?: string;
  /** A token of this API's own. */
  bearer?: string;
  /** A client certificate, or a proxy, says who asks. */
  credentials?: 'connection';
  /** How long an answer counts at most, never beyond `exp`: 60; 0 for not at all. */
  ttl?: Seconds;
  /** The same of a token that is not active: 10, from 5 to 30. */
  inactiveTtl?: Seconds;
  /** The longest pause after failures: 30. */
  coolDown?: Seconds;
  /** How long an answer may take: 3. */
  timeout?: Seconds;
  /** The most answers that are kept: 10,000. */
  maxEntries?: number;
  /** What they may take of memory: 16 MiB. */
  maxCacheBytes?: number;
  /** The most questions at once: 256. */
  maxPending?: number;
  /** The longest answer: 64 KiB. */
  maxBytes?: number;
  /** Asks for signed answers (RFC 9701) and takes no others: what the server calls this API. */
  signedFor?: string | readonly string[];
  /** Which may sign answers. */
  algorithms?: readonly (Algorithm | 'Ed25519')[];
  /** What proves signed answers: a validator that fetches the issuer's keys, or keys. */
  keys?: IssuerValidator | Keys;
  /** Takes `http` of this machine too, for tests. */
  allowLoopbackHttp?: boolean;
  fetch?: Fetching;
}

/**
 * A `Validator` of opaque tokens: it asks their authorization server about each (RFC 7662), and decides by the answer under the
 * same policy and the same rules as about a JWT.
 *
 * An answer is kept for a while, a decision never: time, policy and every rule are asked again for each request, so a rule holds
 * for the next one. Many requests that bring one token are one question. While the server cannot be asked its tokens are answered
 * 503 (`introspection_unavailable`), for nobody knows that they are bad.
 *
 * ```ts
 * const validator = new IntrospectionValidator({
 *   issuer, endpoint: `${issuer}introspect`, clientId: 'api', clientSecret: secret, audience: 'https://api.example/',
 * });
 * const accepted = await validator.validate(token, cutoffs);
 * ```
 */
export class IntrospectionValidator {
  constructor(options: IntrospectionOptions);
  /** Accepts the token, or rejects with `Rejected`: see `Validator.validate`. Waits for the server where it has to. */
  validate<T extends object = Claims>(token: string, cutoffs: Rules, options?: Deciding): Promise<Accepted<T>>;
  /** Other credentials from now on. */
  setCredentials(credentials: IntrospectionCredentials): void;
  /** Forgets every answer. No rule needs it. */
  clear(): void;
  /** The token of an `Authorization` header: see `Validator.bearer`. */
  bearer(header: string | null | undefined): string;
  /** What went wrong with the last question; `undefined`: nothing. */
  readonly fault: string | undefined;
  /** The policy, without keys: to prune rules that its tokens have outlived. */
  readonly validator: Validator;
}
