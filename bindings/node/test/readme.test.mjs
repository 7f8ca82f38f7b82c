import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cutoffs, Validator } from '../index.mjs';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const example = /```js\n(import express[^]*?)```/.exec(readme)[1];

// Within this package, so that its own name finds it.
const folder = new URL('.readme/', import.meta.url);
mkdirSync(folder, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256' }] };
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims, header = {}) {
  const iat = Math.floor(Date.now() / 1000) - 5;
  const all = { iss: 'https://tenant.example.auth/', aud: 'https://api.example.com/', iat, exp: iat + 60, ...claims };
  const message = `${part({ alg: 'RS256', kid: 'k', ...header })}.${part(all)}`;
  return `${message}.${sign('sha256', Buffer.from(message), privateKey).toString('base64url')}`;
}

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

test('the example of the readme', { timeout: 30_000 }, async () => {
  const file = new URL('app.mjs', folder);
  const [[, logouts], [, events]] = [/```js\n(const logouts[^]*?)```/.exec(readme), /```js\n(const events[^]*?)```/.exec(readme)];
  writeFileSync(file, `const metadata = { issuer: 'https://tenant.example.auth/', jwks_uri: 'https://tenant.example.auth/keys' };
    const answers = { 'https://tenant.example.auth/.well-known/openid-configuration': metadata, [metadata.jwks_uri]: ${JSON.stringify(jwks)} };
    globalThis.fetch = async (url) => Response.json(answers[url]);
    await import('./example.mjs');`);
  const imports = "import { EventReceiver, GlobalRevocation, LogoutReceiver, MessageRefused } from 'lowwater';";
  writeFileSync(new URL('example.mjs', folder), `${imports}\n${example.replace(/(?=app\.use\()/, () => logouts + events)}\nexport default app;`);
  const port = await freePort();
  const child = spawn(process.execPath, [file.pathname], { env: { ...process.env, PORT: port }, stdio: 'inherit' });
  try {
    const ask = async (method, path, claims) => {
      const headers = claims && { authorization: `Bearer ${token(claims)}` };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
      return [answer.status, answer.headers.get('www-authenticate'), await answer.text()];
    };
    for (let turn = 0; turn < 100; turn += 1) {
      if (await ask('GET', '/messages').catch(() => undefined)) break;
      await sleep(100);
    }
    const user = { sub: 'u', scope: 'read:messages' };
    assert.deepEqual(await ask('GET', '/messages'), [401, 'Bearer', '{"error":"token_missing"}']);
    assert.deepEqual(await ask('GET', '/messages', user), [200, null, '{"hello":"u"}']);
    assert.deepEqual((await ask('GET', '/messages', { sub: 'u' })).slice(0, 2), [403, 'Bearer error="insufficient_scope", scope="read:messages"']);
    assert.equal((await ask('POST', '/users/u/logout', { sub: 'admin', permissions: ['users:logout'] }))[0], 204);
    assert.deepEqual(await ask('GET', '/messages', user), [401, 'Bearer error="invalid_token"', '{"error":"token_revoked"}']);
    const session = { sub: 'v', sid: 's', scope: 'read:messages' };
    assert.equal((await ask('GET', '/messages', session))[0], 200);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const post = (logout) => fetch(`http://127.0.0.1:${port}/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: logout }) });
    const logout = token({ aud: 'my-app', sid: 's', jti: 'j', events });
    const told = await post(logout);
    assert.deepEqual([told.status, told.headers.get('cache-control')], [200, 'no-store']);
    const [status, , body] = await ask('GET', '/messages', session);
    assert.deepEqual([status, body], [401, '{"error":"session_revoked"}']);
    const forged = await post(`${logout.slice(0, -4)}AAAA`);
    assert.deepEqual([forged.status, (await forged.json()).error], [400, 'invalid_request']);

    const [sub_id, revoked] = [{ format: 'iss_sub', iss: 'https://tenant.example.auth/', sub: 'w' }, 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'];
    const event = (aud) => token({ aud, exp: undefined, jti: 'e', sub_id, events: { [revoked]: {} } }, { typ: 'secevent+jwt' });
    const send = async (path, type, body) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: type && { 'content-type': type }, body });
      return [answer.status, await answer.text()];
    };
    const type = 'application/secevent+jwt';
    assert.deepEqual(await send('/events', type, event('https://api.example.com/events')), [202, '']);
    assert.equal((await ask('GET', '/messages', { sub: 'w', scope: 'read:messages' }))[2], '{"error":"session_revoked"}');
    assert.deepEqual([await send('/events', type, event('other')), await send('/events', undefined, event('other'))].map(([status, text]) => [status, JSON.parse(text).err]), [
      [400, 'invalid_audience'], [400, 'invalid_request'],
    ]);
    const user2 = JSON.stringify({ sub_id: { ...sub_id, sub: 'x' } });
    assert.deepEqual(await send('/revoke-all', 'application/json', user2), [204, '']);
    assert.equal((await ask('GET', '/messages', { sub: 'x', scope: 'read:messages' }))[2], '{"error":"session_revoked"}');
    assert.equal((await send('/revoke-all', 'application/json', '{}'))[0], 400);
  } finally {
    child.kill();
  }
});

/** What a block of the readme defines. */
async function block(start, given, made) {
  const [, code] = new RegExp(`\`\`\`js\n(${start}[^]*?)\`\`\``).exec(readme);
  const file = new URL(`${made[0]}.mjs`, folder);
  writeFileSync(file, `import { Cutoffs, Key, Rejected, Validator } from 'lowwater';\n${given}\n${code}\nexport { ${made.join()} };`);
  return import(file);
}

test('replicas follow', async () => {
  const enough = new Error('enough');
  const given = `const sleep = async () => { throw globalThis.enough; };`;
  globalThis.enough = enough;
  const { replica, follow, publish } = await block('async function publish', given, ['replica', 'follow', 'publish']);
  const kept = new Map();
  const store = { get: async (name) => kept.get(name), set: async (name, value) => kept.set(name, value) };
  const following = async () => {
    await assert.rejects(follow(replica, store), enough);
    return replica.freshness().state;
  };
  assert.equal(await following(), 'blind');
  kept.set('cutoffs', Buffer.from('damaged'));
  assert.equal(await following(), 'blind');
  const rules = new Cutoffs();
  rules.issuedBefore(new Date(), { subject: 'u' });
  await assert.rejects(publish(rules, store), enough);
  assert.equal(await following(), 'fresh');
  assert.equal(replica.size, 1);
});

test('a stream is polled', async () => {
  const done = new Error('done');
  globalThis.polled = { rounds: 0, cutoffs: new Cutoffs(), async sleep(wait) { if (wait !== 5) throw done; } };
  const given = `const { cutoffs, sleep } = globalThis.polled; const [validator, events] = [];
    class EventPoll { refused = new Map(); async round(take) { globalThis.polled.rounds += 1; take({ rules: [{ rule: 'revoked', target: { session: 's' }, until: 'never' }] }); return globalThis.polled.rounds === 1 ? 5 : 6; } }`;
  const { poll } = await block('async function poll', given, ['poll']);
  await assert.rejects(poll('https://issuer.example/poll', 'Bearer x'), done);
  assert.deepEqual([globalThis.polled.rounds, globalThis.polled.cutoffs.size], [2, 1]);
});

test('Fastify and Hono', async () => {
  // As the page has it: a validator that fetches, which has to be awaited.
  const issuer = 'https://tenant.example.auth/';
  const validator = Validator.forIssuer(issuer, {
    jwksUrl: `${issuer}keys`, audience: 'https://api.example.com/', algorithms: ['RS256'], fetch: async () => Response.json(jwks),
  });
  globalThis.guarded = { validator, cutoffs: new Cutoffs() };
  const given = (framework) => `import fastifyOf from 'fastify'; import { Hono } from 'hono';
    const { validator, cutoffs } = globalThis.guarded; const ${framework} = ${framework === 'hono' ? 'new Hono()' : 'fastifyOf()'};`;
  const headers = (claims) => ({ authorization: `Bearer ${token(claims)}` });
  const forged = { authorization: `Bearer ${token({ sub: 'u', scope: 'read:messages' }).slice(0, -8)}AAAAAAAA` };
  const asked = [[{}, 401], [forged, 401], [headers({ sub: 'u' }), 403], [headers({ sub: 'u', scope: 'read:messages' }), 200]];

  const { fastify } = await block('fastify.addHook', given('fastify'), ['fastify']);
  fastify.get('/api/messages', async ({ caller }) => {
    caller.require({ scopes: ['read:messages'] });
    return { hello: caller.subject };
  });
  for (const [headers, status] of asked) {
    const answer = await fastify.inject({ url: '/api/messages', headers });
    assert.equal(answer.statusCode, status);
    assert.equal('www-authenticate' in answer.headers, status !== 200);
  }

  const { hono } = await block('hono.use', given('hono'), ['hono']);
  hono.get('/api/messages', (c) => {
    c.get('caller').require({ scopes: ['read:messages'] });
    return c.json({ hello: c.get('caller').subject });
  });
  for (const [headers, status] of asked) {
    const answer = await hono.request('/api/messages', { headers });
    assert.equal(answer.status, status);
    assert.equal(answer.headers.has('www-authenticate'), status !== 200);
  }
});
