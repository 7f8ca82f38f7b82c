// What the members of a header and the claims of a token mean, in a few words.

export const HEADER = {
  alg: 'algorithm of the signature',
  kid: 'name of the key that signed',
  typ: 'what kind of token it is',
  cty: 'what kind of content it holds',
  jku: 'address of keys; never read',
  jwk: 'a key that came with the token; never read',
  x5u: 'address of a certificate; never read',
  x5c: 'a certificate that came with the token; never read',
  x5t: 'thumbprint of a certificate; never read',
  'x5t#S256': 'thumbprint of a certificate; never read',
  crit: 'extensions that must be understood; always refused',
  b64: 'an unencoded payload; always refused',
  zip: 'compression; always refused',
  enc: 'encryption of the content',
};

export const CLAIMS = {
  iss: 'issuer: who made it',
  sub: 'subject: who it is about',
  aud: 'audience: which API it is for',
  exp: 'expires at',
  nbf: 'not valid before',
  iat: 'issued at',
  auth_time: 'the user logged in at',
  updated_at: 'the profile was changed at',
  jti: 'id of this token',
  sid: 'session',
  client_id: 'client: the application that got it',
  azp: 'client: the application that got it',
  scope: 'what the application may do',
  scp: 'what the application may do',
  permissions: 'what the user may do',
  roles: 'roles of the user',
  groups: 'groups of the user',
  cnf: 'the key that it is bound to',
  act: 'who acts for the subject',
  may_act: 'who may act for the subject',
  nonce: 'of a login: marks an ID token',
  at_hash: 'hash of an access token: marks an ID token',
  c_hash: 'hash of a code: marks an ID token',
  s_hash: 'hash of a state: marks an ID token',
  acr: 'how strong the login was',
  amr: 'how the user logged in',
  org_id: 'tenant',
  tid: 'tenant',
  device_id: 'device',
  email: 'e-mail address',
  email_verified: 'was the e-mail address proven',
  name: 'name of the user',
  preferred_username: 'name that the user goes by',
  status: 'where its status list stands',
  events: 'security events: no access token',
  token_use: 'what the token is for',
  gty: 'grant that it came from',
};

export const TIMES = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at']);

const HASHES = { 256: 'SHA-256', 384: 'SHA-384', 512: 'SHA-512' };

/** "ES256" → "ECDSA on P-256 with SHA-256". */
export function algorithm(name) {
  const hash = Object.hasOwn(HASHES, name.slice(2)) ? HASHES[name.slice(2)] : undefined;
  if (hash && name.startsWith('HS')) return `HMAC with ${hash}: a shared secret`;
  if (hash && name.startsWith('RS')) return `RSA (PKCS#1 v1.5) with ${hash}`;
  if (hash && name.startsWith('PS')) return `RSA-PSS with ${hash}`;
  if (hash && name.startsWith('ES')) return `ECDSA on P-${name === 'ES512' ? 521 : name.slice(2)} with ${hash}`;
  if (name === 'EdDSA' || name === 'Ed25519') return 'Ed25519';
  return /^none$/i.test(name) ? 'no signature at all' : 'unknown here';
}
