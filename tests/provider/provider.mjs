// A real authorization server (oidc-provider) on loopback, and a browser that logs in to it. `node provider.mjs LOGOUT_URL`
// prints the issuer and where it is told what to do: `POST login` gives an access token, `POST rotate` puts a new key in front
// of the others, `POST withdraw` leaves the newest alone, `POST logout` ends the session at the issuer, which posts a logout
// token to LOGOUT_URL. `POST opaque` logs in and gives an opaque access token, of which the client `api` (secret `secret`) may
// ask; `POST revoke` revokes it at the issuer (RFC 7009).
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

// What it says of defaults that are good enough for a test; whoever started this reads two lines.
console.info = () => {};
console.warn = () => {};

const API = 'https://api.example/';
/** Its tokens are opaque. */
const OPAQUE = 'https://opaque.example/';
const CALLBACK = 'https://app.example/callback';
const AFTER = 'https://app.example/';
const [, , logoutUrl] = process.argv;

const listen = (server) => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)); });
const key = (kid) => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' });

let serve;
const issuer = await listen(createServer((request, response) => serve(request, response)));
let made = 1;
let keys = [key('1')];

function start() {
  const provider = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['a secret of this test'] },
    pkce: { required: () => false },
    clients: [{
      client_id: 'app', client_secret: 'secret', grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: [CALLBACK],
      id_token_signed_response_alg: 'ES256', post_logout_redirect_uris: [AFTER], backchannel_logout_uri: logoutUrl,
    }, { client_id: 'api', client_secret: 'secret', grant_types: [], response_types: [], redirect_uris: [], id_token_signed_response_alg: 'ES256' }],
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true, defaultResource: () => API, useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => {
          const format = resource === OPAQUE ? { accessTokenFormat: 'opaque' } : { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
          return { scope: 'read', audience: resource, accessTokenTTL: 600, ...format };
        },
      },
    },
    // Its own client does not call this machine.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  });
  serve = provider.callback();
}

/** A browser, as far as it is needed: cookies, redirects, forms. */
const jar = new Map();
async function go(url, init = {}) {
  const target = new URL(url, issuer);
  if (target.origin !== issuer) return { url: target };
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(target, { ...init, redirect: 'manual', headers: { cookie } });
  for (const [name, value] of response.headers.getSetCookie().map((line) => line.split(';')[0].split(/=(.*)/s))) jar.set(name, value);
  const location = response.headers.get('location');
  if (location !== null) return go(new URL(location, target));
  return { url: target, text: await response.text() };
}
const posted = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) });
const found = (text, pattern) => pattern.exec(text)?.[1];

const client = { authorization: `Basic ${btoa('app:secret')}` };
let idToken;
let accessToken;
async function login(resource = API) {
  jar.clear();
  const query = new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: CALLBACK, scope: 'openid read', resource, nonce: 'n', state: 's' });
  let page = await go(`/auth?${query}`);
  while (page.text !== undefined) {
    const prompt = found(page.text, /name="prompt" value="([^"]+)"/);
    page = await go(found(page.text, /action="([^"]+)"/), posted({ prompt, ...(prompt === 'login' ? { login: 'alice', password: 'x' } : {}) }));
  }
  const response = await fetch(`${issuer}/token`, {
    ...posted({ grant_type: 'authorization_code', code: page.url.searchParams.get('code'), redirect_uri: CALLBACK, resource }),
    headers: client,
  });
  const tokens = await response.json();
  idToken = tokens.id_token;
  accessToken = tokens.access_token;
  return accessToken;
}

async function revoke() {
  const response = await fetch(`${issuer}/token/revocation`, { ...posted({ token: accessToken }), headers: client });
  if (response.status !== 200) throw new Error(await response.text());
}

async function logout() {
  const page = await go(`/session/end?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: AFTER })}`);
  const ended = await go('/session/end/confirm', posted({ xsrf: found(page.text, /name="xsrf" value="([^"]+)"/), logout: 'yes' }));
  return ended.url.href;
}

const told = {
  '/login': () => login(),
  '/opaque': () => login(OPAQUE),
  '/revoke': revoke,
  '/rotate': () => { keys = [key(String(made += 1)), ...keys]; start(); },
  '/withdraw': () => { keys = keys.slice(0, 1); start(); },
  '/logout': logout,
};
const control = await listen(createServer(async (request, response) => {
  request.resume();
  try {
    response.end(String(await told[request.url]() ?? ''));
  } catch (error) {
    response.writeHead(500).end(error.stack);
  }
}));
start();
console.log(issuer);
console.log(control);
process.stdin.resume().on('end', () => process.exit(0));
