/** Status lists: an issuer says in a list what became of its tokens (Token Status List). */

import type { Algorithm, Keys } from './keys.js';
import type { At, Rules, Seconds } from './rules.js';

export interface StatusListsOptions {
  /** Whose tokens name the lists. */
  issuer: string;
  /** Where they lie: at or below these addresses. */
  lists: string | readonly string[];
  algorithms: readonly (Algorithm | 'Ed25519')[];
  /** Who signs the lists, if that is another. */
  listIssuer?: string;
  /** How far their clock may be ahead: 60. */
  leeway?: Seconds;
  /** How long a list is fresh that does not say (`ttl`): 10 minutes. */
  freshFor?: Seconds;
  /** How long it is used beyond that while no other can be had, never past its `exp`: 1 hour. */
  staleFor?: Seconds;
  /** The shortest time between two fetches of one list: 30 seconds. */
  coolDown?: Seconds;
  /** How long a fetch may take: 5 seconds. */
  timeout?: Seconds;
  /** After how long a list is given up that no token named: 24 hours. */
  forgetAfter?: Seconds;
  /** The most lists that are kept: 32. */
  maxLists?: number;
  /** The longest answer: 4 MiB. */
  maxBytes?: number;
  /** The largest list once it is inflated: 16 MiB. */
  maxListBytes?: number;
  /** Takes `http` of this machine too, for tests. */
  allowLoopbackHttp?: boolean;
}

/**
 * The status lists of one issuer's tokens, taken in by hand. A list counts if it names its own address, is signed by a key of
 * its issuer, and is no older than the last.
 *
 * ```ts
 * lists.hydrate(uri, await (await fetch(uri)).text(), keys);
 * validator.validate(token, cutoffs.withStatus(lists));
 * ```
 */
export class StatusLists {
  constructor(options: StatusListsOptions);
  readonly issuer: string;
  readonly listIssuer: string;
  /** Takes in the list of an address, fetched at `now`; throws `MessageRefused` (without a reply) where it is not taken. */
  hydrate(uri: string, token: string, keys: Keys, options?: At): void;
  /** Of each list whose last fetch went wrong: how. The addresses come from tokens. */
  readonly faults: Record<string, string>;
}

/** Rules with status lists beside them, for every call that takes rules. Where a list is missing its tokens are answered 503. */
export class WithStatus {
  /** The same as `rules.withStatus(lists)`, also for `NO_CUTOFFS`. */
  constructor(rules: Rules, lists: StatusLists | readonly StatusLists[]);
}
