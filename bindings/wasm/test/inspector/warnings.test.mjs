// What is worth knowing besides the verdict: each said where it is so, and only there.
import assert from 'node:assert/strict';
import { give, inspect, settle, text, verdict } from './page.mjs';
import { GOOD, HOUR, JWK, JWKS, NOW, POLICY, SECRET, TOKEN, claims, encoded, es256, hs256, pair, pem, signed } from './tokens.mjs';

const [HEADER, PAYLOAD, SIGNATURE] = TOKEN.split('.');
const DAY = 24 * HOUR;
const names = (page) => page.$$eval('#warnings-list li', (all) => all.map((one) => one.dataset.warning));
const raw = (text) => encoded(text);
/** The same text of which the last character holds bits that mean nothing. */
const loose = (part) => `${part.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x', c: 'd', 0: '1', k: 'l', Y: 'Z', U: 'V', I: 'J', E: 'F', M: 'N', 4: '5', 8: '9', o: 'p', s: 't' }[part.at(-1)]}`;
const TAILED = [es256(claims({ sub: 'al' })), es256(claims({ sub: 'ali' })), es256(claims({ sub: 'alic' }))].find((token) => token.split('.')[1].length % 4 !== 0);

/** The token, the warnings, and what is decided. */
const TOKENS = {
  'nothing to warn of': [TOKEN, [], 'accept'],
  'alg none': [`${raw('{"alg":"none"}')}.${PAYLOAD}.`, ['none'], 'algorithm_unknown'],
  'alg nOnE': [`${raw('{"alg":"nOnE"}')}.${PAYLOAD}.${SIGNATURE}`, ['none'], 'algorithm_unknown'],
  'a member twice in the header': [es256(claims(), '{"alg":"ES256","kid":"k1","kid":"k1"}'), ['duplicate'], 'header_malformed'],
  'a claim twice': [es256(`{"sub":"alice","iat":${NOW},"exp":${NOW + HOUR},"sub":"bob"}`), ['duplicate'], 'claims_malformed'],
  'a claim twice, once in escapes': [es256(`{"iat":${NOW},"exp":${NOW + HOUR},"\\u0065xp":${NOW + DAY}}`), ['duplicate'], 'claims_malformed'],
  'a member twice within a claim': [es256(`{"iat":${NOW},"exp":${NOW + HOUR},"act":[{"a":1,"a":2}]}`), ['duplicate'], 'claims_malformed'],
  'padding': [`${HEADER}=.${PAYLOAD}.${SIGNATURE}`, ['base64'], 'token_malformed'],
  'loose bits': [TAILED.split('.').map((part, at) => (at === 1 ? loose(part) : part)).join('.'), ['base64'], 'token_malformed'],
  'base64 of the other alphabet': [`${HEADER}.${raw('{"a":"???>>>~~~"}').replace(/-/g, '+').replace(/_/g, '/')}.${SIGNATURE}`, ['base64', 'no-exp'], 'token_malformed'],
  'no exp': [es256(claims({ exp: undefined })), ['no-exp'], 'claim_missing'],
  'a life of a year': [es256(claims({ exp: NOW + 365 * DAY })), ['long'], 'lifetime_too_long'],
  'an ID token': [es256(claims({ nonce: 'n' }), { typ: 'JWT' }), ['id-token'], 'accept'],
  'a nonce in an access token': [es256(claims({ nonce: 'n' })), [], 'accept'],
  'an opaque token': ['2YotnFZFEjr1zCsicMWpAA', ['opaque'], 'token_malformed'],
  'a JWE': [`${raw('{"alg":"RSA-OAEP","enc":"A128GCM"}')}.a.b.c.d`, ['encrypted'], 'token_encrypted'],
  'an address of keys': [es256(claims(), { jku: 'https://evil.example/', x5u: 'https://evil.example/' }), ['brought'], 'accept'],
  'a key in the header': [es256(claims(), { jwk: JWK }), ['brought'], 'accept'],
  'a certificate in the header': [es256(claims(), { x5c: ['AAAA'] }), ['brought'], 'accept'],
  'a bound token': [es256(claims({ cnf: { jkt: 'x' } })), ['bound'], 'accept'],
  'a security event': [es256(claims({ events: {} })), ['event'], 'accept'],
  'milliseconds': [es256(claims({ iat: NOW * 1000, exp: NOW * 1000 + HOUR })), ['future', 'milliseconds'], 'claim_type'],
};

inspect('each is said where it is so, and only there', { content: { ...GOOD, now: undefined } }, async (page) => {
  const found = {};
  for (const [what, [token]] of Object.entries(TOKENS)) {
    const decided = await give(page, '#token', token);
    found[what] = [token, (await names(page)).sort(), decided];
    assert.equal(await page.isHidden('#warnings'), found[what][1].length === 0, what);
  }
  const wanted = Object.fromEntries(Object.entries(TOKENS).map(([what, [token, all, decided]]) => [what, [token, all.sort(), decided]]));
  for (const what of Object.keys(TOKENS)) assert.deepEqual(found[what], wanted[what], what);
});

inspect('padding that the policy takes is still told', { content: { ...GOOD, policy: { ...POLICY, allow_padding: true } } }, async (page) => {
  assert.equal(await give(page, '#token', `${TOKEN}==`), 'accept');
  const padded = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
  const header = padded({ alg: 'ES256', kid: 'k1', a: 'x' }).replace(/\+/g, '-').replace(/\//g, '_');
  assert.match(header, /=$/);
  assert.equal(await give(page, '#token', `${signed(`${header}.${PAYLOAD}`)}==`), 'accept');
  assert.deepEqual(await names(page), ['base64']);
});

inspect('a short secret is told, and refused', { content: { token: hs256(claims(), 'secret') } }, async (page) => {
  await page.check('[name="keys-kind"][value="secret"]');
  await page.check('[name="keys-form"][value="text"]');
  assert.equal(await give(page, '#keys-text', 'secret'), 'unverified');
  assert.deepEqual(await names(page), ['short-secret']);
  assert.match(await text(page, '#keys-fault'), /6 bytes.*accept short secrets/s);
  assert.equal(await page.getAttribute('#keys-text', 'aria-invalid'), 'true');
  await page.evaluate(() => { document.querySelector('#policy-more').open = true; });
  await page.check('#policy-allow-short-secret');
  assert.equal(await verdict(page), 'accept', 'whoever says so may');
});

inspect('a short secret that is accepted is told all the same', { content: { token: hs256(claims(), 'secret'), policy: { allow_short_secret: true } } }, async (page) => {
  await page.check('[name="keys-kind"][value="secret"]');
  await page.check('[name="keys-form"][value="text"]');
  assert.equal(await give(page, '#keys-text', 'secret'), 'accept');
  assert.deepEqual(await names(page), ['short-secret']);
});

inspect('a public key is no secret', { content: { token: hs256(claims(), Buffer.from(pem(pair))), policy: { ...POLICY, algorithms: ['ES256', 'HS256'] } } }, async (page) => {
  for (const keys of [pem(pair), `\ufeff ${pem(pair)}`, JSON.stringify(JWK), JWKS]) {
    await page.check('[name="keys-kind"][value="secret"]');
    await page.check('[name="keys-form"][value="text"]');
    assert.equal(await give(page, '#keys-text', keys), 'unverified');
    assert.notEqual(await text(page, '#keys-fault'), '');
    assert.doesNotMatch(await text(page, '#verdict'), /accept it/);
  }
  await page.check('[name="keys-form"][value="hex"]');
  assert.equal(await give(page, '#keys-text', Buffer.from(pem(pair)).toString('hex')), 'unverified', 'in whatever way it is written');
  await page.check('[name="keys-kind"][value="public"]');
  assert.notEqual(await give(page, '#keys-text', pem(pair)), 'accept');
  assert.deepEqual(await names(page), ['confusion']);
});

inspect('a private key that was pasted is told, and no warning of the token', { content: GOOD }, async (page) => {
  await give(page, '#token', pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  assert.match(await text(page, '#token-fault'), /private key.*replace it/s);
  assert.equal(await verdict(page), 'waiting');
  assert.equal(await page.isHidden('#warnings'), true);
  assert.equal(await give(page, '#token', TOKEN), 'accept');
  assert.equal(await text(page, '#token-fault'), '', 'it is gone with the next token');
});

inspect('the secret itself is nowhere on the page but in its field', { content: { token: hs256() } }, async (page) => {
  await page.check('[name="keys-kind"][value="secret"]');
  await page.check('[name="keys-form"][value="hex"]');
  await give(page, '#keys-text', SECRET.toString('hex'));
  await settle(page);
  const shown = await page.evaluate(() => document.documentElement.outerHTML);
  for (const form of ['hex', 'base64', 'base64url']) assert.ok(!shown.includes(SECRET.toString(form)));
});
