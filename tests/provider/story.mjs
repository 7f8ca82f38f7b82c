// The story in Node: an API with one line for its issuer, and another for its opaque tokens.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Cutoffs, IntrospectionValidator, LogoutReceiver, MessageRefused, Rejected, Validator } from '../../bindings/node/index.mjs';

const cutoffs = new Cutoffs();
let validator;
let logouts;
let opaque;

const api = createServer(async (request, response) => {
  try {
    if (request.url === '/backchannel-logout') {
      const { rules, reply } = await validator.receive(logouts, await text(request));
      for (const rule of rules) cutoffs.apply(rule);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    } else {
      const by = request.url === '/opaque' ? opaque : validator;
      const accepted = await by.validate(by.bearer(request.headers.authorization), cutoffs);
      response.end(accepted.subject);
    }
  } catch (no) {
    if (no instanceof MessageRefused) response.writeHead(no.reply.status, no.reply.headers).end(no.reply.body);
    else if (no instanceof Rejected) response.writeHead(no.status, no.headers).end(no.code);
    else response.writeHead(500).end(String(no));
  }
});
await new Promise((resolve) => { api.listen(0, '127.0.0.1', resolve); });
const url = `http://127.0.0.1:${api.address().port}`;

const provider = spawn(process.execPath, [fileURLToPath(new URL('provider.mjs', import.meta.url)), `${url}/backchannel-logout`], { stdio: ['pipe', 'pipe', 'ignore'] });
const lines = createInterface({ input: provider.stdout })[Symbol.asyncIterator]();
const [issuer, control] = [(await lines.next()).value, (await lines.next()).value];
const tell = async (what) => {
  const response = await fetch(`${control}/${what}`, { method: 'POST' });
  assert.equal(response.status, 200, await response.clone().text());
  return response.text();
};
const call = async (token, path = '') => {
  const response = await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return `${response.status} ${await response.text()}`;
};

validator = Validator.forIssuer(issuer, { audience: 'https://api.example/', algorithms: ['ES256'], allowLoopbackHttp: true, coolDown: 1 });
logouts = new LogoutReceiver({ issuer, clientId: 'app', algorithms: ['ES256'] });
opaque = new IntrospectionValidator({
  issuer, audience: 'https://opaque.example/', endpoint: `${issuer}/token/introspection`, clientId: 'api', clientSecret: 'secret',
  allowLoopbackHttp: true, ttl: 0, // nothing is kept: a revocation at the issuer shows at once
});

const first = await tell('login');
assert.equal(await call(first), '200 alice');
await tell('rotate');
await sleep(1100); // the cool-down
const second = await tell('login');
assert.equal(await call(second), '200 alice', 'a token of the new key');
assert.equal(await call(first), '200 alice');
await tell('withdraw');
await tell('rotate');
await sleep(1100);
const third = await tell('login');
assert.equal(await call(third), '200 alice');
assert.equal(await call(first), '401 key_not_found', 'its key was withdrawn');
await sleep(1100); // a token of the logout's own second could not be told from one after it
await tell('logout');
assert.equal(await call(third), '401 session_revoked');
await sleep(1100);
assert.equal(await call(await tell('login')), '200 alice', 'who logs in again is welcome');
const token = await tell('opaque');
assert.equal(await call(token, 'opaque'), '200 alice');
await tell('revoke');
assert.equal(await call(token, 'opaque'), '401 token_inactive');
console.log('node: log in, call, rotate, withdraw, log out, call refused, log in; opaque: call, revoke, call refused');
provider.kill();
api.closeAllConnections();
api.close();
