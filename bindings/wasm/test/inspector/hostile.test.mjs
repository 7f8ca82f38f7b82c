// Pasted text is text: it becomes no element, runs nothing, changes no object; and nothing that is typed breaks the page.
import assert from 'node:assert/strict';
import { fragment, give, inspect, link, settle, text, unfold, verdict } from './page.mjs';
import { PAYLOADS } from './payloads.mjs';
import { GOOD as SMALL, JWK, JWKS, NOW, POLICY, TOKEN, claims, encoded, es256 } from './tokens.mjs';

const GOOD = { ...SMALL, policy: { ...POLICY, max_token_bytes: 1_048_576 } };

/** What is on the page, and nothing that came from an object that everything inherits from. */
async function shown(page) {
  await unfold(page);
  for (const button of await page.locator('button.more:visible').all()) await button.click({ timeout: 1000 }).catch(() => {});
  const all = await page.evaluate(() => document.querySelector('.results').innerText);
  assert.doesNotMatch(all, /native code|\[object |undefined|NaN/);
  return all;
}

/** Does it stand there as text? Spaces and what has no width aside. */
const stands = (all, payload) => {
  const plain = (given) => given.replace(/[\s\u0000\u00a0\u2028\u2029]+/g, '');
  return plain(all).includes(plain(payload.toWellFormed().slice(0, 300)));
};

inspect('the page’s own policy allows its own files and nothing else, before any of them is read', {}, async (page) => {
  const [first, written] = await page.evaluate(() => {
    const policies = document.querySelectorAll('meta[http-equiv="Content-Security-Policy"]');
    return [[...document.head.children].slice(0, 2).includes(policies[0]), [...policies].map(({ content }) => content)];
  });
  assert.ok(first);
  assert.equal(written.length, 1);
  assert.deepEqual(Object.fromEntries(written[0].split(/; */).map((one) => [one.split(' ')[0], one.split(' ').slice(1).join(' ')])), {
    'default-src': "'none'", 'script-src': "'self' 'wasm-unsafe-eval'", 'style-src': "'self'", 'connect-src': "'self'", 'img-src': "'self'", 'base-uri': "'none'", 'form-action': "'none'",
    'require-trusted-types-for': "'script'", 'trusted-types': "'none'",
  });
});

inspect('claims and header: every payload at once, as names and as values', { content: GOOD }, async (page) => {
  const object = Object.fromEntries(PAYLOADS.filter((name) => name !== '__proto__').map((name) => [name.toWellFormed(), name.toWellFormed()]));
  const json = JSON.stringify(object).replace(/^\{/, '{"__proto__":{"polluted":1},');
  assert.equal(await give(page, '#token', es256(`{"iat":${NOW},"exp":${NOW + 60},"a":${json},"b":${JSON.stringify(PAYLOADS.map((one) => one.toWellFormed()))},${json.slice(1)}`)), 'issuer_not_allowed');
  const all = await shown(page);
  for (const payload of PAYLOADS) assert.ok(stands(all, payload), payload.slice(0, 60));
  const head = json.slice(1).replace(/"(typ|alg|kid)":/g, '"x$1":');
  assert.equal(await give(page, '#token', es256(claims(), `{"alg":"ES256","kid":"k1",${head}`)), 'accept');
  assert.ok(stands(await shown(page), PAYLOADS[2]));
});

inspect('the token’s own kid, typ, alg, iss, sub, aud, and the key’s kid', { content: GOOD }, async (page) => {
  const given = PAYLOADS.map((payload) => {
    const word = payload.toWellFormed();
    const keys = JSON.stringify({ keys: [{ ...JWK, kid: word.slice(0, 900) }, { kty: word, kid: word.slice(0, 900) }] });
    const own = claims({ iss: word, sub: word, aud: [word], sid: word, jti: word, scope: word });
    return [keys, es256(own, { kid: word.slice(0, 900), typ: word, cty: word }), es256(claims(), { alg: word })];
  });
  const decided = await page.evaluate((given) => given.reduce(async (before, [keys, ...tokens]) => {
    const found = await before;
    const type = (id, text) => {
      document.getElementById(id).value = text;
      document.getElementById(id).dispatchEvent(new Event('input', { bubbles: true }));
      return new Promise(requestAnimationFrame);
    };
    await type('keys-text', keys);
    for (const token of tokens) {
      await type('token', token);
      found.push([document.documentElement.dataset.verdict, document.querySelectorAll('#keys-list li').length]);
    }
    return found;
  }, Promise.resolve([])), given);
  assert.deepEqual(decided, PAYLOADS.flatMap(() => [['type_not_allowed', 2], ['algorithm_unknown', 2]]));
  await give(page, '#keys-text', JWKS);
  assert.equal(await give(page, '#token', TOKEN), 'accept');
});

inspect('no word of the page is made of what every object inherits', { content: GOOD }, async (page) => {
  for (const word of ['constructor', '__proto__', 'toString', 'HSconstructor', 'HStoString', 'RSvalueOf', 'PShasOwnProperty']) {
    await give(page, '#token', es256(claims({ [word]: 1, aud: word }), { alg: word, [word]: 1 }));
    await shown(page);
  }
});

inspect('payloads in every field are kept, and the page goes on', { content: GOOD, later: ['icon.svg'] }, async (page) => {
  await unfold(page);
  const fields = await page.$$eval('.given textarea, .given input:not([type=checkbox], [type=radio], [readonly]), #now', (all) => all.map((field) => `#${field.id}`));
  assert.ok(fields.length > 30);
  for (const payload of PAYLOADS) {
    const word = payload.toWellFormed();
    const kept = await page.evaluate(([fields, word]) => fields.map((selector) => {
      const field = document.querySelector(selector);
      field.value = word;
      const typed = field.value; // without line breaks, in a field of one line
      field.dispatchEvent(new Event('input', { bubbles: true }));
      return [selector, typed, () => field.value];
    }).filter(([, typed, now]) => now() !== typed).map(([selector]) => selector), [fields.filter((field) => field !== '#policy-json'), word]);
    assert.deepEqual(kept, [], payload.slice(0, 60));
    for (const button of ['#rule-add', '#rules-json-add']) await page.evaluate((selector) => document.querySelector(selector).click(), button);
    await settle(page);
  }
  await link(page, { ...GOOD, requirement: {} });
  assert.equal(await verdict(page), 'accept');
});

inspect('garbage gets a sentence beside its field, which the field names', { content: GOOD }, async (page) => {
  await unfold(page);
  const garbage = '\u0007<garbage>"';
  const fields = [
    '#keys-text', '#now', '#policy-json', '#policy-leeway', '#policy-max-lifetime', '#policy-max-age',
    '#policy-max-session', '#policy-claim-equals', '#policy-max-token-bytes', '#policy-realm', '#policy-resource-metadata',
  ];
  for (const field of fields) {
    const before = await page.inputValue(field);
    await give(page, field, garbage);
    const told = await page.evaluate((selector) => {
      const node = document.querySelector(selector);
      const beside = (node.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)).filter(Boolean);
      return [beside.map((one) => one.innerText).join(' ').trim(), node.getAttribute('aria-invalid'), node.value];
    }, field);
    assert.ok(told[0].length > 10, `${field}: nothing is said`);
    assert.equal(told[1], 'true', field);
    assert.equal(told[2], garbage, field);
    assert.equal(await give(page, field, before), 'accept', `${field}: it goes on`);
    assert.equal(await page.getAttribute(field, 'aria-invalid'), null, field);
  }
  for (const [button, field, fault] of [['#rule-add', '#rule-time', '#rule-fault'], ['#rules-json-add', '#rules-json', '#rules-json-fault']]) {
    await page.fill('#rule-subject', 'x');
    await page.fill(field, garbage);
    await page.click(button);
    assert.ok((await text(page, fault)).length > 10);
    assert.ok((await page.getAttribute(field, 'aria-describedby')).includes(fault.slice(1)));
    assert.equal(await page.inputValue(field), garbage);
  }
});

inspect('payloads in rules, as the library takes them', { later: ['icon.svg'] }, async (page) => {
  const rules = PAYLOADS.filter((one) => one !== '').flatMap((payload) => {
    const word = payload.toWellFormed();
    return [{ rule: 'issued_before', target: { subject: word, issuer: word }, at: 1, id: word.slice(0, 200), reason: word }, { rule: 'revoked', target: { 'claim:__proto__': word }, until: 'never' }];
  });
  assert.equal(await link(page, { ...GOOD, rules: rules.map((one) => JSON.stringify(one)) }), 'accept');
  assert.equal(await page.locator('#rules-list .rule').count(), rules.length);
  await page.click('#rules-list .rule .remove');
  await settle(page);
  assert.equal(await page.locator('#rules-list .rule').count(), rules.length - 1);
  const hit = JSON.stringify({ rule: 'issued_before', target: { subject: 'alice' }, at: NOW, reason: PAYLOADS[2], id: PAYLOADS[0] });
  assert.equal(await link(page, { ...GOOD, rules: [hit] }), 'token_revoked');
  assert.ok((await text(page, '#verdict')).includes(PAYLOADS[2]), 'the reason is said as text');
});

inspect('payloads in a link', { later: ['icon.svg'] }, async (page, open) => {
  const inherited = fragment(JSON.parse('{"policy":{"__proto__":{"x":1},"constructor":1},"requirement":{"__proto__":"x"},"rules":["__proto__"]}'));
  for (const hash of [`#${PAYLOADS[2]}`, '#__proto__', '#constructor', `#${'A'.repeat(100_000)}`, inherited]) {
    await link(page, hash);
    assert.equal(await page.evaluate(() => ({}).x), undefined);
  }
  for (const payload of PAYLOADS) {
    const word = payload.toWellFormed();
    await link(page, { ...GOOD, token: word, keys: word, rules: [word], policy: { issuer: word, [word]: word }, requirement: { subject: word } });
  }
  const fresh = await open({ hash: `#${encodeURI(PAYLOADS[2])}` });
  assert.match(await text(fresh, '#fragment-fault'), /damaged/);
  assert.equal(await link(page, GOOD), 'accept', 'the page goes on');
});

inspect('lone surrogates, and claims that are no objects', { content: GOOD }, async (page) => {
  assert.equal(await give(page, '#token', es256('{"iat":1,"exp":2,"a":"\\ud800","\\udfff":1}')), 'claims_malformed');
  await shown(page);
  for (const payload of ['[]', '"x"', 'null', '5', '', ' ', '{', '{"a":1e999,"exp":1e308,"iat":-1e308,"nbf":1e15}', '{"iat":253402300799,"exp":253402300799}', Buffer.from([0xff, 0xfe, 0x00])]) {
    await give(page, '#token', es256(payload));
    await shown(page);
  }
  await page.evaluate((token) => {
    document.querySelector('#token').value = `\ud800${token}\udc00`;
    document.querySelector('#token').dispatchEvent(new Event('input'));
  }, TOKEN);
  assert.equal(await verdict(page), 'accept', 'the token within is found');
  assert.equal(await give(page, '#token', `${encoded('\ud800')}.a.b`), 'token_malformed');
});
