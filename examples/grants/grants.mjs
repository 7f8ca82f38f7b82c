// An authorization server and an API, and what "revoke this app's access" does to both.
//
// Access tokens and refresh tokens are JWTs of one issuer. One rule, of user and client, ends both: the API refuses the
// access tokens that are out, and the token endpoint the refresh tokens. `node examples/grants/grants.mjs`
import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cutoffs, Key, Rejected, Validator } from '../../bindings/node/index.mjs';

const [issuer, api] = ['https://issuer.example/', 'https://api.example/'];
const tokenEndpoint = `${issuer}token`;
const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Signs by secrets, to be short; with a private key, and `keys` the public one, nothing else changes. */
class AuthorizationServer {
  #cutoffs;
  #access = randomBytes(32);
  #refresh = randomBytes(32);
  #signed = 0;
  #refreshing;

  constructor(cutoffs) {
    this.#cutoffs = cutoffs;
    this.#refreshing = new Validator({
      issuer, audience: tokenEndpoint, algorithms: ['HS256'], tokenType: ['rt+jwt'], maxLifetime: 31 * day / 1000,
      keys: Key.fromSecret(this.#refresh),
    });
    // What the API asks of an access token.
    this.ofApi = new Validator({
      issuer, audience: api, algorithms: ['HS256'], tokenType: 'strict', keys: Key.fromSecret(this.#access),
    });
  }

  /** The user logs in and lets the client act. */
  grant(user, client, at = new Date()) {
    return {
      access_token: this.#sign('at+jwt', this.#access, user, client, api, at, hour),
      refresh_token: this.#sign('rt+jwt', this.#refresh, user, client, tokenEndpoint, at, 30 * day),
    };
  }

  /** The token endpoint, of a client that has authenticated itself (RFC 6749 section 6). */
  token(client, refreshToken) {
    // The new tokens are as old as this decision.
    const at = new Date();
    let accepted;
    try {
      accepted = this.#refreshing.validate(refreshToken, this.#cutoffs, { now: at });
    } catch (no) {
      if (!(no instanceof Rejected)) throw no;
      // For the client all is one: it asks the user again.
      return { error: no.status === 503 ? 'server_error' : 'invalid_grant', because: no.code };
    }
    if (accepted.client !== client || accepted.subject === undefined) return { error: 'invalid_grant', because: "another client's" };
    return this.grant(accepted.subject, client, at);
  }

  /**
   * The user takes it back. Keep the rule, and have all processes of the token endpoint apply it, before you answer: a refresh
   * that one of them grants later passes. The APIs that take such tokens get it too.
   */
  revokeAccess(user, client) {
    this.#cutoffs.issuedBefore(new Date(), { subject: user, client, issuer });
    // Old rules go when no token needs them: as long as refresh tokens live, not access tokens alone.
    this.#cutoffs.prune([this.ofApi, this.#refreshing]);
  }

  #sign(typ, secret, user, client, audience, at, lifetime) {
    const now = at.getTime();
    // Milliseconds, with all their digits: a grant that follows a revocation within its second passes.
    const times = `"iat":${(now / 1000).toFixed(3)},"exp":${((now + lifetime) / 1000).toFixed(3)}`;
    const claims = { iss: issuer, aud: audience, sub: user, client_id: client, jti: String(this.#signed++) };
    const parts = [JSON.stringify({ alg: 'HS256', typ }), `${JSON.stringify(claims).slice(0, -1)},${times}}`];
    const message = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    return `${message}.${createHmac('sha256', secret).update(message).digest('base64url')}`;
  }
}

const cutoffs = new Cutoffs(); // here one process; else each API has its own, and the rule is sent to all
const server = new AuthorizationServer(cutoffs);

/** What the API says. */
function call(tokens) {
  try {
    server.ofApi.validate(tokens.access_token, cutoffs);
    return 'hello';
  } catch (no) {
    if (!(no instanceof Rejected)) throw no;
    return no.code;
  }
}

function told(what, came, expected) {
  console.log(`${what}: ${came}`);
  if (came !== expected) throw new Error(`expected ${expected}`);
}

const [photos, mail, other] = [server.grant('u1', 'photos'), server.grant('u1', 'mail'), server.grant('u2', 'photos')];
told('the app calls', call(photos), 'hello');
const refreshed = server.token('photos', photos.refresh_token);
told('the app refreshes, and calls', call(refreshed), 'hello');
await sleep(10);
server.revokeAccess('u1', 'photos');
told('its access is revoked, and it calls', call(refreshed), 'token_revoked');
told('with the first token', call(photos), 'token_revoked');
told('it refreshes', server.token('photos', refreshed.refresh_token).error, 'invalid_grant');
told("another app of the user's calls", call(mail), 'hello');
told('and refreshes, and calls', call(server.token('mail', mail.refresh_token)), 'hello');
told('the app calls for another user', call(other), 'hello');
told('the user lets it act again, and it calls', call(server.grant('u1', 'photos')), 'hello');
