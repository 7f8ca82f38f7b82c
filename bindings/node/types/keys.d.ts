/** Keys, and sets of keys. */

export type Algorithm =
  | 'HS256' | 'HS384' | 'HS512'
  | 'RS256' | 'RS384' | 'RS512'
  | 'PS256' | 'PS384' | 'PS512'
  | 'ES256' | 'ES384'
  | 'EdDSA';

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

/** Node's own class of keys (`node:crypto`): public ones and secrets are taken (short ones where `allowShortSecret` says so). */
export interface KeyObject {
  readonly type: string;
  export(options?: never): unknown;
}

/** What holds a key: a JWK or a JWK Set as object, text or bytes; PEM; DER. Never a secret: see `Key.fromSecret`. */
export type KeySource = Jwk | Jwks | string | Uint8Array | KeyObject;

/** All that is taken as keys. Several sets are joined by `union`. */
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
  static fromSecret(secret: Uint8Array, options?: KeyName): Key;
  /** A shared secret of any length but zero. Whoever holds one token can guess a short one offline. */
  static fromShortSecret(secret: Uint8Array, options?: KeyName): Key;
  /** A public key in PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`. */
  static fromPem(pem: string | Uint8Array, options?: KeyName): Key;
  /** A public key in DER: SPKI or PKCS#1. */
  static fromDer(der: Uint8Array, options?: KeyName): Key;
  /** A JWK. */
  static fromJwk(jwk: Jwk | string | Uint8Array, options?: KeyName): Key;
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
  verify(token: string, algorithms: readonly (Algorithm | 'Ed25519')[]): Signed;
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
  readonly payload: Uint8Array;
  readonly header: Record<string, unknown>;
  readonly headerJson: string;
  readonly algorithm: Algorithm;
  readonly keyId: string;
}
