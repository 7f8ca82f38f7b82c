// What people give: keys in each form, a policy, rules, what a route asks. Each changes the verdict, or says why it cannot be.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { give, inspect, text, unfold, verdict } from './page.mjs';
import { AUDIENCE, GOOD, HOUR, ISSUER, JWK, JWKS, NOW, POLICY, SECRET, TOKEN, claims, es256, hs256, jwk, other, pair, pem } from './tokens.mjs';

const { keys: _, ...KEYLESS } = GOOD;
const held = (page) => page.$$eval('#keys-list li', (all) => all.map((one) => [one.dataset.outcome, one.querySelector('code').innerText, one.querySelector('.words').innerText]));

inspect('keys as JWKS, as JWK, as PEM', { content: KEYLESS }, async (page) => {
  for (const keys of [JWKS, JSON.stringify(JWK), `\n${pem(pair)}\n`]) {
    assert.equal(await give(page, '#keys-text', keys), 'accept', keys);
    assert.equal(await give(page, '#keys-text', ''), 'unverified');
  }
  assert.equal(await give(page, '#keys-text', pem(other)), 'signature_invalid');
});

inspect('a shared secret in each way of writing', { content: { token: hs256(), policy: { ...POLICY, algorithms: ['HS256'] } } }, async (page) => {
  await page.check('[name="keys-kind"][value="secret"]');
  assert.equal(await give(page, '#keys-text', SECRET.toString('hex')), 'unverified');
  assert.match(await text(page, '#keys-fault'), /text, base64url or hex/, 'how it is written is not guessed');
  await page.check('[name="keys-form"][value="text"]');
  assert.equal(await verdict(page), 'signature_invalid');
  await page.check('[name="keys-form"][value="hex"]');
  assert.equal(await verdict(page), 'accept');
  await page.check('[name="keys-form"][value="base64url"]');
  for (const form of ['base64url', 'base64']) assert.equal(await give(page, '#keys-text', SECRET.toString(form).replace(/\+/g, '-').replace(/\//g, '_')), 'accept');
  await page.check('[name="keys-form"][value="text"]');
  await give(page, '#token', hs256(claims(), 'a passphrase of more than 32 bytes, ü'));
  assert.equal(await give(page, '#keys-text', 'a passphrase of more than 32 bytes, ü'), 'accept');
  assert.equal(await give(page, '#keys-text', JSON.stringify({ kty: 'oct', k: SECRET.toString('base64url') })), 'unverified');
  await page.check('[name="keys-kind"][value="public"]');
  await give(page, '#token', hs256());
  assert.equal(await verdict(page), 'accept', 'an oct JWK by itself is a secret too');
});

inspect('which key served, why others did not, which were left out', { content: KEYLESS }, async (page) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const set = { keys: [
    jwk(other, 'k0'), { ...jwk(other, 'k2'), alg: 'ES384' }, { kty: 'XX', kid: 'odd' },
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'small' }, JWK, { kty: 'oct', kid: 'shared', k: 'AAAA' },
  ] };
  assert.equal(await give(page, '#keys-text', JSON.stringify(set)), 'accept');
  const rows = await held(page);
  assert.deepEqual(rows.map(([outcome, name]) => [outcome, name]), [
    ['not_tried', 'k0'], ['verified', 'k1'], ['skipped', 'k2'], ['skipped', 'odd'], ['skipped', 'small'], ['skipped', 'shared'],
  ]);
  for (const [outcome, name, words] of rows) assert.ok(words.length > 10, `${outcome} ${name}: ${words}`);
  assert.equal(new Set(rows.slice(2).map(([, , words]) => words)).size, 4, 'each was left out for a reason of its own');
  assert.match(await text(page, '#verdict'), /Signed by key k1/);
});

inspect('a private key is not kept', { content: KEYLESS, context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
  const d = pair.privateKey.export({ format: 'jwk' }).d;
  const nowhere = async (secret) => {
    const kept = await page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll('textarea, input')].map(({ value }) => value).join('\n'));
    assert.ok(!kept.includes(secret), 'a part of the private key is in the page');
  };
  for (const field of ['#keys-text', '#token']) {
    const said = field === '#token' ? '#token-fault' : '#keys-said';
    for (const whole of [{ ...JWK, d }, { keys: [JWK, { ...JWK, d }] }]) {
      await give(page, field, JSON.stringify(whole));
      await nowhere(d);
      assert.match(await text(page, said), /private/);
    }
    for (const type of ['pkcs8', 'sec1']) {
      const secret = pair.privateKey.export({ format: 'pem', type });
      await page.evaluate((written) => navigator.clipboard.writeText(written), secret);
      await page.fill(field, '');
      await page.focus(field);
      await page.keyboard.press('Control+V');
      await page.keyboard.press('Control+Z');
      await nowhere(secret.split('\n')[1]);
      assert.match(await text(page, said), /private key/);
    }
    await give(page, field, field === '#token' ? TOKEN : JSON.stringify({ ...JWK, d }));
  }
  assert.equal(await verdict(page), 'accept', 'the public part is enough');
});

inspect('what only looks private is left alone', { content: KEYLESS }, async (page) => {
  await give(page, '#token', JSON.stringify({ access_token: TOKEN, p: 1, d: 'x' }));
  assert.equal(await text(page, '#token-fault'), '');
});

inspect('the policy decides', { content: { token: TOKEN, keys: JWKS, now: NOW * 1000 } }, async (page) => {
  const [wrong, many] = ['https://login.example.com', `https://one.example.com/\n${ISSUER}`];
  for (const [field, refusing, code, accepting] of [['#policy-issuer', wrong, 'issuer_not_allowed', many], ['#policy-audience', wrong, 'audience_not_allowed', AUDIENCE]]) {
    assert.equal(await give(page, field, refusing), code);
    assert.equal(await give(page, field, accepting), 'accept');
    await page.fill(field, refusing);
    await page.check(`${field}-any`);
    assert.equal(await verdict(page), 'accept');
    await page.uncheck(`${field}-any`);
    assert.equal(await verdict(page), code, 'what was typed is still there');
    await give(page, field, accepting);
  }
  await page.check('#policy-algorithms [value="RS256"]');
  assert.equal(await verdict(page), 'algorithm_not_allowed');
  await page.check('#policy-algorithms [value="ES256"]');
  assert.equal(await verdict(page), 'accept');
  await unfold(page);
  await give(page, '#now', String(NOW - 300 + HOUR + 30));
  for (const [field, text1, code1, text2, code2] of [
    ['leeway', '10', 'token_expired', '60', 'accept'], ['max-lifetime', '3599', 'lifetime_too_long', 'unbounded', 'accept'],
    ['max-age', '100', 'token_too_old', '', 'accept'], ['token-type', 'jwt', 'type_not_allowed', 'strict', 'accept'],
    ['required', 'org_id, sub', 'claim_missing', 'sub', 'accept'],
    ['claim-equals', '{"sub":"bob"}', 'claim_mismatch', '{"sub":"alice"}', 'accept'], ['max-token-bytes', '20', 'token_too_large', '', 'accept'],
    ['leeway', '301', 'mistake', '', 'accept'], ['max-session', 'soon', 'mistake', '', 'accept'], ['claim-equals', '{"sub"', 'mistake', '', 'accept'],
  ]) {
    assert.equal(await give(page, `#policy-${field}`, text1), code1, field);
    if (code1 === 'mistake') {
      assert.notEqual(await text(page, `#policy-${field}-fault`), '');
      assert.equal(await page.getAttribute(`#policy-${field}`, 'aria-invalid'), 'true');
      assert.equal(await page.inputValue(`#policy-${field}`), text1);
    }
    assert.equal(await give(page, `#policy-${field}`, text2), code2, field);
  }
  await page.check('#policy-missing-iat');
  await give(page, '#policy-max-lifetime', 'unbounded');
  assert.equal(await give(page, '#token', es256({ ...claims(), iat: undefined })), 'accept');
});

inspect('form and JSON of the policy are one', { content: { token: TOKEN, keys: JWKS } }, async (page) => {
  await unfold(page);
  await page.fill('#policy-issuer', ISSUER);
  await page.check('#policy-audience-any');
  assert.deepEqual(JSON.parse(await page.inputValue('#policy-json')), { issuer: [ISSUER], audience: 'any' });
  const whole = {
    issuer: 'any', audience: [AUDIENCE], algorithms: ['Ed25519', 'ES256'], leeway: 5, max_lifetime: 'unbounded', missing_exp: 'accept',
    required: ['sub'], claim_equals: { sub: 'alice' }, token_type: ['at+jwt'], realm: 'r',
  };
  assert.equal(await give(page, '#policy-json', JSON.stringify(whole)), 'accept');
  await page.fill('#policy-leeway', '6');
  assert.deepEqual(JSON.parse(await page.inputValue('#policy-json')), { ...whole, leeway: 6 });
  for (const bad of ['{', '[]', 'null', '"x"']) {
    await give(page, '#policy-json', bad);
    assert.notEqual(await text(page, '#policy-json-fault'), '');
    assert.equal(await verdict(page), 'accept', 'the form still holds');
  }
  assert.equal(await give(page, '#policy-json', '{"isuer":"any"}'), 'mistake');
  assert.match(await text(page, '#policy-fault'), /isuer/);
});

inspect('the token’s own words become the policy', { content: { token: TOKEN, keys: JWKS } }, async (page) => {
  await page.click('#policy-use-own');
  assert.deepEqual(JSON.parse(await page.inputValue('#policy-json')), { issuer: [ISSUER], audience: [AUDIENCE], algorithms: ['ES256'] });
  assert.equal(await verdict(page), 'accept');
  assert.equal(await page.locator('#policy-use-own').count(), 0);
});

const hits = (page) => page.$$eval('#rules-list .rule', (all) => all.map((one) => one.dataset.hit));

inspect('rules by form and as JSON: which hit, and removal', { content: { ...GOOD, token: es256(claims({ sid: 's1', jti: 't1', client_id: 'app' })) } }, async (page) => {
  await unfold(page);
  const add = async (kind, preset, time) => {
    await page.selectOption('#rule-kind', kind);
    await page.click(`[data-preset="${preset}"]`);
    if (time !== undefined) await page.fill('#rule-time', time);
    await page.click('#rule-add');
    return verdict(page);
  };
  assert.equal(await add('issued_before', 'user', String(NOW - 3000)), 'accept');
  assert.equal(await add('issued_before', 'grant', new Date((NOW - 60) * 1000).toISOString()), 'token_revoked');
  assert.equal(await add('revoked', 'session', ''), 'session_revoked');
  assert.equal(await add('suspended', 'token'), 'session_revoked', 'the worst of several');
  assert.deepEqual(await hits(page), ['passes', 'refuses', 'refuses', 'refuses']);
  const lines = [{ rule: 'revoked', target: { subject: 'bob' }, until: 'never', reason: 'left' }, { rule: 'authenticated_before', target: { subject: 'alice' }, at: NOW - 400 }];
  await page.fill('#rules-json', `${lines.map((line) => JSON.stringify(line)).join('\n\n')}\n`);
  await page.click('#rules-json-add');
  assert.equal(await verdict(page), 'session_revoked');
  assert.deepEqual((await hits(page)).slice(4), ['apart', 'passes']);
  assert.equal(await page.inputValue('#rules-json'), '');
  const codes = [];
  while ((await hits(page)).includes('refuses')) {
    await page.click('[data-hit="refuses"] .remove');
    codes.push(await verdict(page));
  }
  assert.deepEqual(codes, ['session_revoked', 'suspended', 'accept']);
  assert.match(await text(page, '#verdict'), /no auth_time, so iat stood in/);
  assert.equal((await hits(page)).length, 3);
});

inspect('a rule that cannot be says why, and what was typed stays', { content: GOOD }, async (page) => {
  await unfold(page);
  await page.click('#rule-add');
  assert.match(await text(page, '#rule-fault'), /target/);
  await page.fill('#rule-subject', 'alice');
  await page.fill('#rule-time', 'yesterday');
  await page.click('#rule-add');
  assert.match(await text(page, '#rule-fault'), /RFC 3339/);
  assert.equal(await page.inputValue('#rule-time'), 'yesterday');
  const lines = `{"rule":"revoked","target":{"subject":"bob"},"until":"never"}\n{"rule":"revoked","target":{"subject":"bob"}}`;
  await page.fill('#rules-json', lines);
  await page.click('#rules-json-add');
  assert.match(await text(page, '#rules-json-fault'), /^✕? ?line 2: /);
  assert.equal(await page.inputValue('#rules-json'), lines);
  assert.deepEqual(await hits(page), []);
  assert.equal(await verdict(page), 'accept');
});

inspect('what a route asks', { content: { ...GOOD, token: es256(claims({ scope: 'read write', permissions: ['edit'], cnf: { jkt: 'thumb' } })) } }, async (page) => {
  await unfold(page);
  for (const [field, code, refusing, accepting] of [
    ['scopes', 'scope_missing', 'read admin', 'write, read'], ['any-scope', 'scope_missing', 'admin', 'admin read'], ['permissions', 'permission_missing', 'edit own', 'edit'],
    ['any-permission', 'permission_missing', 'own', 'own edit'], ['subject', 'subject_not_allowed', 'bob', 'alice'], ['confirmation', 'confirmation_mismatch', 'other', 'thumb'],
  ]) {
    assert.equal(await give(page, `#requirement-${field}`, refusing), code);
    assert.match(await text(page, '#answer-http'), code === 'confirmation_mismatch' ? / 401 / : / 403 /);
    assert.equal(await give(page, `#requirement-${field}`, accepting), 'accept');
  }
});
