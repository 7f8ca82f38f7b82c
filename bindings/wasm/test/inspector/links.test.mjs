// A link is made only when asked for, holds what was ticked and never a secret; a damaged one says so. Nothing is stored.
import assert from 'node:assert/strict';
import { give, inspect, link, text, unfold, verdict } from './page.mjs';
import { GOOD, ISSUER, JWK, JWKS, NOW, POLICY, SECRET, TOKEN, claims, es256, hs256, pair } from './tokens.mjs';

const RULES = [JSON.stringify({ rule: 'issued_before', target: { issuer: ISSUER, subject: 'alice' }, at: NOW - 3000, reason: 'ü “x”' })];
const REQUIREMENT = { scopes: ['read'], subject: 'alice' };
const FULL = { ...GOOD, token: es256(claims({ scope: 'read' })), rules: RULES, requirement: REQUIREMENT, policy: { ...POLICY, leeway: 7 } };

async function made(page) {
  await page.click('#link-make');
  const hash = new URL(await page.inputValue('#link-text')).hash;
  return { hash, content: JSON.parse(Buffer.from(hash.slice(1), 'base64url')) };
}

inspect('a link restores policy, rules, requirement and now, and has the token and keys only if ticked', { content: FULL }, async (page, open) => {
  assert.equal(await verdict(page), 'accept');
  const bare = await made(page);
  assert.deepEqual({ ...bare.content, policy: JSON.parse(bare.content.policy) }, { policy: FULL.policy, rules: RULES, requirement: REQUIREMENT, now: FULL.now });
  await page.check('#link-token');
  const withToken = await made(page);
  assert.match(await text(page, '#link-said'), /whoever has the link can use it/);
  await page.check('#link-keys');
  const whole = await made(page);
  assert.deepEqual([bare, withToken, whole].map(({ content }) => [content.token, content.keys && JSON.parse(content.keys)]), [[undefined, undefined], [FULL.token, undefined], [FULL.token, JSON.parse(JWKS)]]);
  const fresh = await open({ hash: bare.hash });
  assert.equal(await verdict(fresh), 'waiting');
  assert.deepEqual(JSON.parse(await fresh.inputValue('#policy-json')), FULL.policy);
  assert.equal(await fresh.locator('#rules-list .rule').count(), 1);
  assert.equal(await fresh.inputValue('#requirement-scopes'), 'read');
  assert.equal(await fresh.inputValue('#now'), new Date(FULL.now).toISOString().replace('.000Z', 'Z'));
  assert.equal(await fresh.getAttribute('#now-live', 'aria-pressed'), 'false');
  await give(fresh, '#keys-text', JWKS);
  assert.equal(await give(fresh, '#token', FULL.token), 'accept');
  const again = await open({ hash: whole.hash });
  assert.equal(await verdict(again), 'accept');
  assert.equal(await again.inputValue('#token'), FULL.token);
});

const d = pair.privateKey.export({ format: 'jwk' }).d;
const OCT = { kty: 'oct', kid: 'k1', k: SECRET.toString('base64url') };
const secretOf = (name, value) => ({ [`a ${name}`]: value });
/** What stands in the field of keys, and what of it must never be in a link. */
const SECRETS = {
  ...secretOf('secret as text', ['secret', 'correct horse battery staple, 32 bytes', 'correct horse']),
  ...secretOf('secret in the field of public keys', ['public', 'correct horse battery staple, 32 bytes', 'correct horse']),
  ...secretOf('JWK of a secret', ['public', JSON.stringify(OCT), OCT.k]),
  ...secretOf('set that holds a secret', ['public', JSON.stringify({ keys: [JWK, OCT] }, null, 2), OCT.k]),
  ...secretOf('secret whose names are escaped', ['public', `{"\\u006bty":"o\\u0063t","\\u006b":"${OCT.k}"}`, OCT.k]),
  ...secretOf('private JWK', ['public', JSON.stringify({ ...JWK, d }), d]),
  ...secretOf('private JWK in a list', ['public', JSON.stringify([{ ...JWK, d }]), d]),
  ...secretOf('private JWK that is no JSON yet', ['public', `${JSON.stringify({ ...JWK, d }).slice(0, -1)},}`, d]),
  ...secretOf('private JWK behind a byte order mark', ['public', `\ufeff${JSON.stringify({ ...JWK, d })}`, d]),
  ...secretOf('private JWK deeper', ['public', JSON.stringify({ jwk: { ...JWK, d } }), d]),
  ...secretOf('private PEM', ['public', pair.privateKey.export({ format: 'pem', type: 'pkcs8' }), pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).split('\n')[1]]),
};
inspect('a secret never goes into a link or into code, whatever is ticked', { content: { token: hs256() } }, async (page) => {
  await page.check('#link-token');
  await page.check('#link-keys');
  const leaks = [];
  for (const [what, [kind, keys, secret]] of Object.entries(SECRETS)) {
    await page.check(`[name="keys-kind"][value="${kind}"]`);
    await page.fill('#keys-text', '');
    await give(page, '#keys-text', keys);
    const { content } = await made(page);
    if (JSON.stringify(content).includes(secret) || content.keys?.includes(secret)) leaks.push(what);
    assert.ok(!(await page.textContent('#code-text')).includes(secret), what);
  }
  assert.deepEqual(leaks, []);
});

const base64url = (text) => Buffer.from(text).toString('base64url');
const DAMAGED = [
  '#x', '#%', '#%E0%A4%A', '#<img src=x onerror=alert(1)>', `#${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}`,
  ...[
    '{', 'null', '[]', '"x"', '{"policy":5}', '{"other":1}', '{"__proto__":{"x":1}}', '{"constructor":{}}', '{"rules":[1]}', '{"now":"x"}',
    '{"now":-1}', '{"now":1e300}', '{"token":null}',
  ].map((text) => `#${base64url(text)}`),
];
inspect('a damaged link says so, and changes nothing', { hash: '#e30x', later: ['icon.svg'] }, async (page) => {
  assert.match(await text(page, '#fragment-fault'), /damaged/);
  assert.equal(await give(page, '#token', TOKEN), 'unverified');
  for (const hash of DAMAGED) {
    await page.evaluate((next) => { location.hash = '#token'; location.hash = next; }, hash);
    await page.waitForFunction(() => /damaged/.test(document.querySelector('#fragment-fault').textContent), null, { timeout: 2000 }).catch(() => assert.fail(`nothing is said of ${hash}`));
    assert.equal(await verdict(page), 'unverified', hash);
    assert.equal(await page.inputValue('#token'), TOKEN);
    await page.evaluate(() => { document.querySelector('#fragment-fault').textContent = ''; location.hash = '#token'; });
  }
  await page.evaluate(() => history.replaceState(null, '', '#e30x'));
});

inspect('a link of the wrong shape inside is told, not obeyed', { later: ['icon.svg'] }, async (page) => {
  await unfold(page);
  for (const [content, place] of [
    [{ policy: { issuer: { a: 1 } } }, '#policy-issuer-fault'], [{ policy: { leeway: 'x' } }, '#policy-leeway-fault'], [{ policy: { algorithms: 'ES256' } }, '#policy-algorithms-fault'],
    [{ requirement: { nope: 1 } }, '#fragment-fault'], [{ requirement: { nope: 'x' } }, '#requirement-fault'], [{ rules: ['{'] }, '#rules-list .fault'], [{ keys: 'nonsense' }, '#keys-fault'],
  ]) {
    await link(page, { ...GOOD, ...content });
    assert.notEqual(await text(page, place), '', JSON.stringify(content));
  }
  assert.equal(await link(page, GOOD), 'accept', 'the page goes on');
});
