/** Requests to revoke: of a user everything, of a client one token. */

import type { Accepted } from '../index.js';
import type { SubjectOptions } from './events.js';
import type { Reply } from './issuer.js';
import type { At, Rule, Seconds } from './rules.js';

export interface GlobalRevocationOptions extends SubjectOptions {
  /** Whose tokens are meant: those of an identifier that names no issuer. */
  issuer: string;
  /** The validator's own: a tombstone of one token is then forgotten at its end. */
  maxLifetime?: Seconds;
}

/**
 * Takes in requests to revoke everything of a user (Global Token Revocation): a `POST` of `{"sub_id": ..}`. Who logged in before
 * now has to log in again. **Who may ask is the application's to check first**: the request proves nothing.
 */
export class GlobalRevocation {
  constructor(options: GlobalRevocationOptions);
  /** Reads the body of a request with its `Content-Type`, or throws `MessageRefused`. */
  receive(contentType: string | null | undefined, body: string | Uint8Array, options?: At): Revocation;
  /** What to answer where the application knows that there is no such user: 404. */
  readonly unknownUser: Reply;
}

/** What a request to revoke comes to: apply and keep its rules, then answer. */
export class Revocation {
  private constructor();
  readonly rules: readonly Rule[];
  readonly reply: Reply;
}

/**
 * A request to revoke one token (RFC 7009). **Who may ask is the application's to check first.** The answer is `reply` (200)
 * whatever became of the token.
 *
 * ```ts
 * const request = RevocationRequest.read(req.headers['content-type'], body);
 * try {
 *   const { rules } = RevocationRequest.accessToken(await validator.validate(request.token, NO_CUTOFFS), { client });
 *   for (const rule of rules) cutoffs.apply(rule); // and keep it
 * } catch (error) {
 *   if (!(error instanceof LowwaterError)) throw error; // a token that says nothing here: for the log
 * }
 * ```
 */
export class RevocationRequest {
  private constructor();
  /** Reads the body of a request with its `Content-Type`, or throws `MessageRefused`. */
  static read(contentType: string | null | undefined, body: string | Uint8Array): RevocationRequest;
  /**
   * Ends an access token that was accepted. Throws `MessageRefused` (`other_client`, `no_name`; its reply is 200) where it does not.
   * client: who asks, for its own tokens alone; left out, for an operator, who may name any.
   */
  static accessToken(accepted: Accepted<object>, options?: { client?: string }): Revocation;
  /** Ends what was issued under a grant until now: of a token that says nothing here, where it is known whose it is. */
  static grant(issuer: string, subject: string, client: string, options?: At): Revocation;
  /** Of which nothing is known yet. */
  readonly token: string;
  /** What the client takes it for. */
  readonly hint: string | undefined;
  /** What to answer, whatever became of the token: 200. */
  readonly reply: Reply;
}
