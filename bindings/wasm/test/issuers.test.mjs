// The entry with what stands beside tokens: what the tests of the package for Node cannot see, for they run in Node alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign as signed } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as main from 'lowwater-wasm';
import * as issuers from 'lowwater-wasm/issuers';
import { serve } from '../scripts/serve.mjs';
import { launch } from './chromium.mjs';

const here = fileURLToPath(new URL('../', import.meta.url));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'EdDSA' }] };
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(iss) {
  const iat = Math.floor(Date.now() / 1000) - 5;
  const message = `${part({ alg: 'EdDSA', kid: 'a' })}.${part({ iss, aud: 'api', sub: 'u1', iat, exp: iat + 600 })}`;
  return `${message}.${signed(null, Buffer.from(message), privateKey).toString('base64url')}`;
}

/** An issuer that lets every origin read its keys, with what it was asked; `/away` leads to them. */
async function issuer(context) {
  const seen = [];
  const server = createServer(({ method, url, headers }, response) => {
    seen.push({ method, url, headers });
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (url === '/away') response.writeHead(302, { location: '/jwks' }).end();
    else response.setHeader('Set-Cookie', 'seen=1').end(JSON.stringify(jwks));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  context.after(() => { server.closeAllConnections(); server.close(); });
  return { seen, url: `http://127.0.0.1:${server.address().port}` };
}

test('has all that the package for Node has, and so all of the main entry', () => {
  const node = readFileSync(new URL('../../node/index.mjs', import.meta.url), 'utf8').match(/\{([^}]*)\}/)[1].match(/\w+/g);
  assert.deepEqual(Object.keys(issuers).sort(), node.sort());
  assert.deepEqual(Object.keys(main).filter((name) => !(name in issuers)), []);
  assert.equal('forIssuer' in main.Validator, false);
  assert.equal(typeof issuers.Validator.forIssuer, 'function');
});

test('objects of one entry are foreign to another', () => {
  const of = ({ Cutoffs, KeySet, NO_CUTOFFS, Rule, Validator, ...rest }) => {
    const [keys, iss] = [new KeySet(jwks), 'https://issuer.example/'];
    const validator = new Validator({ issuer: iss, audience: 'api', algorithms: ['EdDSA'], keys });
    const accepted = validator.validate(sign(iss), NO_CUTOFFS);
    return { ...rest, Cutoffs, KeySet, NO_CUTOFFS, keys, validator, accepted, rule: Rule.revoked('never', { subject: 'u' }), cutoffs: new Cutoffs() };
  };
  const [one, other] = [of(main), of(issuers)];
  for (const [own, foreign] of [[one, other], [other, one]]) {
    const refuses = (name, call) => assert.throws(call, (error) => error instanceof own.ConfigError && error.message.startsWith(`\`${name}\` `), name);
    refuses('cutoffs', () => own.validator.validate('x', foreign.cutoffs));
    refuses('cutoffs', () => own.validator.validate('x', foreign.NO_CUTOFFS));
    refuses('keys', () => new own.KeySet(foreign.keys));
    refuses('rule', () => own.cutoffs.apply(foreign.rule));
    refuses('other', () => own.cutoffs.merge(foreign.cutoffs));
    refuses('tickets', () => own.affected([foreign.accepted.ticket()], own.rule));
    assert.throws(() => own.validator.validate.call(foreign.validator, 'x', own.cutoffs), { name: 'TypeError', message: 'called on something that is no Validator' });
  }
  assert.throws(() => issuers.RevocationRequest.accessToken(one.accepted), { name: 'ConfigError', message: '`accepted` must be an Accepted, not object' });
});

test('a browser fetches keys of another origin, and asks for no leave', async (context) => {
  const [{ seen, url }, { address, stop }, browser] = [await issuer(context), await serve(here), await launch()];
  context.after(async () => { await browser.close(); await stop(); });
  const page = await browser.newPage();
  await page.goto(address);
  const said = await page.evaluate(async ([url, token]) => {
    const { IssuerValidator, NO_CUTOFFS } = await import('/dist/issuers/index.js');
    const of = (path) => new IssuerValidator({ issuer: url, jwksUrl: `${url}${path}`, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true });
    const asked = async (validator) => validator.validate(token, NO_CUTOFFS).then(({ subject }) => subject, ({ code, status }) => `${status} ${code}`);
    const away = of('/away');
    return [await asked(of('/jwks')), await asked(of('/jwks')), await asked(away), Object.values(away.faults)];
  }, [url, sign(url)]);
  assert.deepEqual(said, ['u1', 'u1', '503 keys_unavailable', ['no answer: no connection, or not in time']]);
  assert.deepEqual(seen.map((request) => `${request.method} ${request.url}`), ['GET /jwks', 'GET /jwks', 'GET /away']);
  for (const { headers } of seen) assert.deepEqual([headers.cookie, /lowwater/.test(headers['user-agent'])], [undefined, false]);
});

test('elsewhere it says who asks', async (context) => {
  const { seen, url } = await issuer(context);
  const validator = issuers.Validator.forIssuer(url, { jwksUrl: `${url}/jwks`, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true });
  assert.equal((await validator.validate(sign(url), issuers.NO_CUTOFFS)).subject, 'u1');
  assert.deepEqual(seen.map(({ headers }) => [headers['user-agent'], headers['accept-encoding']]), [[`lowwater-wasm/${issuers.version}`, 'identity']]);
});

test('a host that knows neither cookies nor a cache is told of neither', () => {
  const code = `
    delete Request.prototype.credentials;
    delete Request.prototype.cache;
    globalThis.fetch = async (url, given) => {
      for (const name of ['credentials', 'cache']) if (name in given) throw new TypeError(name + ' is not implemented');
      return new Response(JSON.stringify(${JSON.stringify(jwks)}));
    };
    const { IssuerValidator } = await import('lowwater-wasm/issuers');
    const validator = new IssuerValidator({ issuer: 'https://issuer.example/', jwksUrl: 'https://issuer.example/jwks', audience: 'api', algorithms: ['EdDSA'] });
    await validator.hydrate();
    console.log(validator.current.keys.keyIds.join());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' });
  assert.equal(stdout, 'a\n', stderr);
});
