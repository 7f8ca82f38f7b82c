import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const example = /```js\n(import express[^]*?)```/.exec(readme)[1];

// Within this package, so that its own name finds it.
const folder = new URL('.readme/', import.meta.url);
mkdirSync(folder, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256' }] };
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims) {
  const iat = Math.floor(Date.now() / 1000) - 5;
  const all = { iss: 'https://tenant.example.auth/', aud: 'https://api.example.com/', iat, exp: iat + 60, ...claims };
  const message = `${part({ alg: 'RS256', kid: 'k' })}.${part(all)}`;
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
  writeFileSync(file, `globalThis.fetch = async () => ({ json: async () => (${JSON.stringify(jwks)}) });\n`
    + `const { default: _ } = await import('./example.mjs');`);
  writeFileSync(new URL('example.mjs', folder), `${example}\nexport default app;`);
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
  } finally {
    child.kill();
  }
});
