// What the page shows is what an API with this policy, these keys and rules would answer, and nothing that is left over.
import assert from 'node:assert/strict';
import { NO_CUTOFFS, Validator } from '../../../node/index.mjs';
import { becomes, give, inspect, link, settle, text, unfold, verdict } from './page.mjs';
import { AUDIENCE, GOOD, HOUR, ISSUER, JWKS, NOW, POLICY, TOKEN, claims, encoded, es256, hs256 } from './tokens.mjs';

/** What the package for Node says of the same. */
function answers(policy, token) {
  try {
    Validator.fromJson(policy, { keys: JWKS }).validate(token, NO_CUTOFFS);
    return 'accept';
  } catch (error) {
    return error.code;
  }
}

inspect('a policy is the text that was typed: digits, and members that stand twice', { content: GOOD }, async (page) => {
  await unfold(page);
  const rest = JSON.stringify(POLICY).slice(1);
  const token = es256(`${JSON.stringify(claims()).slice(0, -1)},"n":9007199254740992}`);
  for (const [policy, wanted] of [
    [`{"claim_equals":{"n":9007199254740993},${rest}`, 'claim_mismatch'],
    [`{"claim_equals":{"n":9007199254740992},${rest}`, 'accept'],
    [`{"leeway":0,"leeway":300,${rest}`, 'mistake'],
    [`{"issuer":["https://other/"],${rest}`, 'mistake'],
    [`{"leeway":300.000000000000001,${rest}`, 'mistake'],
  ]) {
    await give(page, '#policy-json', policy);
    assert.equal(await give(page, '#token', token), wanted, policy);
    const said = answers(policy, token);
    assert.equal(wanted === 'mistake' ? /^(json|policy|config)|_invalid$|duplicate|range/.test(said) || said !== 'accept' : said === wanted, true, said);
  }
});

inspect('a field changes its own member of the policy, and no other', { content: GOOD }, async (page) => {
  await unfold(page);
  for (const [member, refused] of [['issuer', 'issuer_not_allowed'], ['token_type', 'type_not_allowed']]) {
    const odd = { issuer: [`https://x/,${ISSUER}`], token_type: ['any'] }[member];
    assert.equal(await give(page, '#policy-json', JSON.stringify({ ...POLICY, [member]: odd })), refused);
    assert.equal(await give(page, '#policy-leeway', '30'), refused);
    assert.deepEqual(JSON.parse(await page.inputValue('#policy-json')), { ...POLICY, [member]: odd, leeway: 30 });
  }
  await give(page, '#policy-json', `{"claim_equals":{"n":9007199254740993},${JSON.stringify(POLICY).slice(1)}`);
  await give(page, '#policy-leeway', '31');
  assert.match(await page.inputValue('#policy-json'), /9007199254740993/);
});

inspect('a mistake in what a route asks is no acceptance', { content: { ...GOOD, requirement: { scope: 'admin' } } }, async (page) => {
  assert.equal(await verdict(page), 'mistake');
  assert.match(await text(page, '#verdict-lead'), /^scope is unknown/);
});

inspect('a time that cannot be read does not stay in the field', { content: GOOD }, async (page) => {
  const shown = await page.inputValue('#now');
  await give(page, '#now', '2031-01-01');
  assert.match(await text(page, '#now-fault'), /RFC 3339/);
  await give(page, '#now', String(Date.now()));
  assert.match(await text(page, '#now-fault'), /milliseconds/);
  await page.focus('#token');
  assert.equal(await page.inputValue('#now'), shown);
});

inspect('a header is judged as it would be sent', { content: { ...GOOD, token: undefined } }, async (page) => {
  for (const [header, wanted] of [
    [`Authorization: Bearer ${TOKEN}`, 'accept'], [`authorization:bearer ${TOKEN}`, 'accept'], [`Bearer ${TOKEN}`, 'accept'],
    [`Authorization: DPoP ${TOKEN}`, 'token_missing'], [`Authorization: ${TOKEN}`, 'token_missing'], ['Authorization: Basic YTpi', 'token_missing'],
    [`Authorization: Bearer Bearer ${TOKEN}`, 'token_missing'], [`curl -H "Authorization: Token ${TOKEN}" https://api/`, 'token_missing'],
    [`Authorization: Bearer ${TOKEN.replace('.', '.\n')}`, 'accept'],
  ]) {
    assert.equal(await give(page, '#token', header), wanted, header);
    if (wanted === 'token_missing') assert.match(await text(page, '#answer-http'), /^HTTP\/1\.1 401 Unauthorized\nWWW-Authenticate: Bearer/);
  }
  await give(page, '#token', `Authorization: DPoP ${TOKEN}`);
  assert.match(await text(page, '#verdict-cause'), /The token in it would pass/);
});

inspect('what is no token is called what it is', { content: { ...GOOD, token: undefined } }, async (page) => {
  for (const [pasted, words] of [
    ['https://login.example.com/.well-known/jwks.json', /an address/], ['<html><p>401. No. Really. Not.</p></html>', /a page/],
    ['{"a":"b.c.d.e.f"}', /JSON/], ['one. two. three. four. five', /text without a token/],
  ]) {
    await give(page, '#token', pasted);
    assert.equal(await text(page, '#verdict-title'), 'This is not a token', pasted);
    assert.match(await text(page, '#verdict-cause'), words);
  }
  assert.equal(await give(page, '#token', `${TOKEN}\n${es256(claims({ sub: 'bob' }))}`), 'accept');
  assert.match(await text(page, '#token-said'), /the first of 2 tokens/);
  await give(page, '#token', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }));
  assert.equal(await verdict(page), 'waiting', 'a key is no token, and goes into no link');
});

inspect('without issuer and audience no answer is promised, nor where they are the token’s own', { content: { ...GOOD, policy: {} } }, async (page) => {
  assert.equal(await verdict(page), 'accept');
  assert.match(await text(page, '#answer-http'), /not known without issuer and audience/);
  await page.click('#policy-use-own');
  await settle(page);
  assert.match(await text(page, '#verdict-lead'), /taken from this token, and compared with itself/);
  assert.equal(await text(page, '#verdict-title'), 'Genuine, and nothing refuses it');
  await give(page, '#policy-issuer', `${ISSUER}\nhttps://other/`);
  await give(page, '#policy-audience', `${AUDIENCE}\nx`);
  assert.equal(await text(page, '#verdict-title'), 'An API would accept it');
});

inspect('an example gives back what stood there, and says when it is still beside a token of one’s own', { content: GOOD, later: ['examples.js'] }, async (page) => {
  await page.click('[data-example=expired]');
  await becomes(page, 'token_expired');
  await page.click('#examples-back');
  assert.equal(await verdict(page), 'accept');
  assert.deepEqual(JSON.parse(await page.inputValue('#policy-json')), POLICY);
  await page.click('[data-example=revoked]');
  await becomes(page, 'session_revoked');
  await give(page, '#token', hs256());
  assert.match(await text(page, '#examples-said'), /still those of the example/);
  await page.click('#examples-clear');
  assert.equal(await verdict(page), 'unverified');
  assert.equal(await page.locator('.rule').count(), 0);
});

inspect('rules of a written state count, with what it has forgotten, and each rule tells for itself', { content: GOOD, later: ['icon.svg'] }, async (page) => {
  await unfold(page);
  const state = `{"state":{"floor":${NOW}}}\n{"rule":"suspended","target":{"subject":"bob"},"on":true,"version":1}`;
  await page.fill('#rules-json', state);
  await page.click('#rules-json-add');
  assert.equal(await verdict(page), 'issued_before_floor');
  await page.click('.rule .remove');
  assert.equal(await verdict(page), 'accept');
  const rule = (at) => JSON.stringify({ rule: 'issued_before', target: { subject: 'alice' }, at });
  await link(page, { ...GOOD, rules: [rule(NOW - HOUR), rule(NOW - 60)] });
  assert.deepEqual(await page.$$eval('.rule', (all) => all.map((one) => one.dataset.hit)), ['passes', 'refuses']);
});

inspect('an error of the page leaves no verdict standing', { content: GOOD }, async (page) => {
  assert.equal(await verdict(page), 'accept');
  await page.evaluate(() => {
    globalThis.own = Array.prototype.find;
    Array.prototype.find = () => { throw new Error('broken'); };
  });
  await page.fill('#token', `${encoded({ alg: 'ES256' })}.${encoded(claims())}.AAAA`);
  await settle(page);
  const shown = await page.evaluate(() => [document.documentElement.dataset.finding, document.querySelector('#verdict-title').textContent, getComputedStyle(document.querySelector('#answer')).display]);
  await page.evaluate(() => { Array.prototype.find = globalThis.own; });
  assert.deepEqual(shown, ['not_decided', 'The page cannot decide this', 'none']);
  assert.equal(await give(page, '#token', TOKEN), 'accept', 'and the page goes on');
});

inspect('the token that is judged is the one that would be sent, to the letter', { content: { ...GOOD, token: undefined } }, async (page) => {
  const expired = es256(claims({ exp: NOW - HOUR, iat: NOW - 2 * HOUR }));
  for (const [pasted, wanted] of [
    [`Authorization: Bearer "${TOKEN}"`, 'token_malformed'], [`Bearer ${TOKEN}'`, 'token_malformed'],
    [`curl -H "X-Forwarded-Authorization: Bearer ${TOKEN}" -H "Authorization: Bearer ${expired}" https://api/`, 'token_expired'],
    [`curl -H 'X: the bearer of' -H 'Authorization: Bearer ${TOKEN}'`, 'accept'],
    [`GET /x HTTP/1.1\nHost: a\nAuthorization: DPoP ${TOKEN}\nAccept: */*`, 'token_missing'],
    [`GET /x HTTP/1.1\nHost: a\nAuthorization: Bearer ${TOKEN}\nAccept: */*`, 'accept'],
    [`{"Authorization": "DPoP ${TOKEN}"}`, 'token_missing'], [`fetch(u, { headers: { "Authorization": "Bearer ${TOKEN}" } })`, 'accept'],
    [`Bearer token: ${TOKEN}`, 'accept'], [`here is the bearer token:\n${TOKEN}`, 'accept'],
    [JSON.stringify({ note: 'a Bearer token', access_token: TOKEN }), 'accept'],
    [`https://x/?id_token=a.b.c&access_token=${TOKEN}&scope=bearer x`, 'accept'],
    [`${TOKEN.slice(0, -43)}\n${TOKEN.slice(-43)}`, 'accept'],
  ]) assert.equal(await give(page, '#token', pasted), wanted, pasted);
});

inspect('what nests too deep leaves no verdict of before, and no key', { content: GOOD }, async (page) => {
  const deep = (inside, levels) => `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`;
  const secret = JSON.stringify({ kty: 'EC', crv: 'P-256', d: 'c2VjcmV0' });
  for (const levels of [70, 20_000, 100_000]) {
    assert.notEqual(await give(page, '#token', deep('', levels)), 'accept');
    await give(page, '#token', TOKEN);
    assert.equal(await give(page, '#keys-text', deep(secret, levels)), 'unverified');
    assert.equal(await page.inputValue('#keys-text'), '');
    assert.equal(await give(page, '#keys-text', JWKS), 'accept');
  }
});

inspect('that the policy is the token’s own is not forgotten with the next paste', { content: { ...GOOD, policy: {} }, later: ['examples.js'] }, async (page) => {
  await page.click('#policy-use-own');
  await give(page, '#token', `${TOKEN} `);
  assert.match(await text(page, '#verdict-lead'), /compared with itself/);
  await page.click('[data-example=expired]');
  await becomes(page, 'token_expired');
  await page.click('#examples-back');
  assert.match(await text(page, '#verdict-lead'), /compared with itself/);
});
