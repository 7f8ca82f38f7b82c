// What people do first: paste something, see what it says, whether it is proven, how far it came, what the API answers.
import assert from 'node:assert/strict';
import { Cutoffs, Rejected, Validator } from 'lowwater-wasm';
import { becomes, give, inspect, link, text, unfold, verdict } from './page.mjs';
import { AUDIENCE, GOOD, HOUR, ISSUER, JWKS, NOW, POLICY, TOKEN, claims, es256, hs256 } from './tokens.mjs';

const { token: _, ...GIVEN } = GOOD;
const STAGES = ['shape', 'header', 'key', 'signature', 'claims', 'policy', 'cutoff', 'permission'];

const PASTED = {
  'a token': [TOKEN, ''],
  'a token in quotes': [`"${TOKEN}",`, 'quotation marks'],
  'a token broken over lines': [`  ${TOKEN.match(/.{1,60}/g).join('\r\n   ')}\n`, 'line breaks'],
  'a header': [`Authorization: Bearer ${TOKEN}`, 'Authorization header'],
  'a header in small letters, with others': [`GET / HTTP/1.1\nauthorization: bearer ${TOKEN}\nAccept: */*\n`, 'Authorization header'],
  'a curl command': [`curl -s https://api.example.com/me \\\n  -H 'Authorization: Bearer ${TOKEN}' \\\n  -H 'Accept: */*'`, 'curl command'],
  'a curl command in double quotes': [`curl -H "Authorization: Bearer ${TOKEN}" https://api.example.com/me`, 'curl command'],
  'the answer of a token endpoint': [JSON.stringify({ token_type: 'Bearer', access_token: TOKEN, id_token: 'a.b.c', expires_in: 3600 }), 'access_token'],
  'JSON that holds it deeper': [JSON.stringify([{ data: { accessToken: TOKEN } }], null, 2), 'accessToken'],
  'an address': [`https://app.example.com/callback#state=1&access_token=${TOKEN}&token_type=Bearer`, 'address'],
  'a sentence': [`It answers 401 for ${TOKEN}. Why?`, 'looks like a token'],
  'an option of curl': [`curl --oauth2-bearer ${TOKEN} -v https://api.example.com/me`, 'curl'],
};
inspect('the token is found in what was pasted, which stays as it was', { content: GIVEN }, async (page) => {
  const found = [];
  for (const [what, [pasted, words]] of Object.entries(PASTED)) {
    await give(page, '#token', '');
    const decided = await give(page, '#token', pasted);
    const said = await text(page, '#token-said');
    found.push([what, decided, said.includes(words) ? words : said, await page.inputValue('#token') === pasted.replace(/\r\n/g, '\n')]);
  }
  assert.deepEqual(found, Object.entries(PASTED).map(([what, [, words]]) => [what, 'accept', words, true]));
});

inspect('the token of a header ends where the sentence goes on', { content: GIVEN }, async (page) => {
  assert.equal(await give(page, '#token', `We send Authorization: Bearer ${TOKEN} and get 401`), 'accept');
  assert.equal(await give(page, '#token', `curl --oauth2-bearer ${TOKEN} -v`), 'accept');
});

inspect('pasted by hand, cleared, typed', { content: GIVEN, context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
  await page.evaluate((token) => navigator.clipboard.writeText(token), TOKEN);
  await page.focus('#token');
  await page.keyboard.press('Control+V');
  assert.equal(await verdict(page), 'accept');
  await page.click('#token-clear');
  assert.equal(await verdict(page), 'waiting');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'token');
  await page.keyboard.insertText(TOKEN.slice(0, -1));
  assert.notEqual(await verdict(page), 'accept');
  await page.keyboard.insertText(TOKEN.slice(-1));
  assert.equal(await verdict(page), 'accept');
});

inspect('a file or a text is dropped on the page', { content: GIVEN }, async (page) => {
  const drop = async (make, given) => {
    const dataTransfer = await page.evaluateHandle(make, given);
    await page.dispatchEvent('main', 'drop', { dataTransfer });
  };
  await drop(([name, content]) => {
    const held = new DataTransfer();
    held.items.add(new File([content], name, { type: 'text/plain' }));
    return held;
  }, ['<img src=x onerror=alert(1)>.txt', `Authorization: Bearer ${TOKEN}\n`]);
  await becomes(page, 'accept');
  await drop((content) => {
    const held = new DataTransfer();
    held.setData('text/plain', content);
    return held;
  }, es256(claims({ exp: NOW - 200 })));
  await becomes(page, 'token_expired');
});

inspect('a drop of nothing takes nothing away', { content: GOOD }, async (page) => {
  await page.dispatchEvent('main', 'drop', { dataTransfer: await page.evaluateHandle(() => new DataTransfer()) });
  assert.equal(await verdict(page), 'accept');
});

const said = (page, claim) => text(page, `[data-claim="${claim}"] dd`);

inspect('header and claims are said in words', { content: { ...GOOD, now: (NOW + 2 * HOUR) * 1000 } }, async (page) => {
  await give(page, '#token', es256(claims({ aud: [AUDIENCE, 'https://other.example.com/'], auth_time: NOW - 26 * HOUR, limits: { requests: [1, 2], window: { seconds: 60 } } })));
  const utc = (at) => new Date(at * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
  assert.equal((await said(page, 'iat')).split('\n')[0], `${utc(NOW - 300)}, 2 hours 5 minutes ago ${NOW - 300}`);
  assert.match(await said(page, 'exp'), /, 1 hour 5 minutes ago/);
  assert.match(await said(page, 'auth_time'), /, 1 day 4 hours ago/);
  assert.match(await said(page, 'alg'), /ES256.*P-256.*SHA-256/s);
  assert.match(await text(page, '[data-claim="iss"] dt'), /issuer: who made it/);
  assert.match(await said(page, 'aud'), /https:\/\/api\.example\.com\/\s+https:\/\/other\.example\.com\//);
  await unfold(page);
  assert.match((await said(page, 'limits')).replace(/\s+/g, ' '), /requests 1 2 window 1 member seconds 60/);
  await give(page, '#token', es256('{"n":9007199254740993,"iat":1e3,"exp":1e300}'));
  assert.match(await said(page, 'n'), /^9007199254740993/, 'no digit is lost');
  assert.match(await said(page, 'exp'), /^1e300/, 'what is no moment stays a number');
});

inspect('words follow the clock', { content: { ...GOOD, now: undefined } }, async (page) => {
  const before = await said(page, 'iat');
  await page.waitForFunction((old) => document.querySelector('[data-claim="iat"] dd').innerText !== old, before, { timeout: 4000 });
  assert.match(await said(page, 'iat'), /5 minutes/);
});

inspect('every value is marked until a key proves it', { content: { token: TOKEN } }, async (page) => {
  const marks = () => page.evaluate(() => {
    const rows = [...document.querySelectorAll('.claim')];
    return [rows.length, rows.filter((row) => /not verified/.test(row.innerText)).length, document.querySelector('#contents').dataset.proven];
  });
  assert.equal(await verdict(page), 'unverified');
  assert.deepEqual(await marks(), [8, 8, 'false']);
  assert.match(await text(page, '#contents-mark'), /not verified/);
  assert.equal(await text(page, '#answer-http'), 'not known without the keys');
  assert.equal(await give(page, '#keys-text', JWKS), 'accept');
  assert.deepEqual(await marks(), [8, 0, 'true']);
  assert.doesNotMatch(await text(page, '#contents'), /not verified/);
  assert.match(await text(page, '#verdict'), /Issuer and audience were not checked/);
  const [header, payload] = TOKEN.split('.');
  const taken = es256(claims({ sub: 'mallory' })).split('.')[2];
  assert.equal(await give(page, '#token', `${header}.${payload}.${taken}`), 'signature_invalid');
  assert.deepEqual(await marks(), [8, 8, 'false']);
  assert.equal(await give(page, '#token', es256(claims({ exp: NOW - 200 }))), 'token_expired');
  assert.deepEqual(await marks(), [8, 0, 'true'], 'an expired token is proven all the same');
});

inspect('without keys nothing is accepted or answered, whatever else is given', { content: { policy: POLICY } }, async (page) => {
  assert.equal(await give(page, '#token', hs256()), 'algorithm_not_allowed', 'no key could help');
  for (const [token, finding] of [[TOKEN, ''], [es256(claims({ exp: NOW - 200 })), 'token_expired'], [es256(claims({ iss: 'x' })), 'issuer_not_allowed']]) {
    assert.equal(await give(page, '#token', token), 'unverified');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.finding), finding);
    assert.doesNotMatch(await text(page, '#verdict'), /accept it|Accepted/);
  }
});

const rule = (target, more = {}) => JSON.stringify({ rule: 'issued_before', target, at: NOW - 60, ...more });
/** What is given, and what the package then answers in Node. */
const ASKED = {
  good: {},
  expired: { now: (NOW + 2 * HOUR) * 1000 },
  'not valid yet': { token: es256(claims({ nbf: NOW + 600 })) },
  'not a token': { token: 'opaque-5f3a' },
  encrypted: { token: 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ.a.b.c.d' },
  unsigned: { token: `eyJhbGciOiJub25lIn0.${TOKEN.split('.')[1]}.` },
  'of another key': { token: es256(claims(), { kid: 'k9' }) },
  forged: { token: `${TOKEN.slice(0, -4)}AAAA` },
  'of a wrong type': { token: es256({ ...claims(), exp: 'tomorrow' }) },
  'for another API': { token: es256(claims({ aud: 'https://other.example.com/' })) },
  'too old a login': { policy: { ...POLICY, max_session: 600 }, token: es256(claims({ auth_time: NOW - 900 })) },
  revoked: { rules: [rule({ issuer: ISSUER, subject: 'alice' })] },
  'revoked in its own second': { rules: [rule({ subject: 'alice' }, { at: NOW - 300 })], now: (NOW - 300) * 1000 },
  'its session is revoked': { token: es256(claims({ sid: 's1' })), rules: [JSON.stringify({ rule: 'revoked', target: { session: 's1' }, until: 'never' })] },
  suspended: { rules: [JSON.stringify({ rule: 'suspended', target: { subject: 'alice' }, on: true, version: 1 })] },
  'without a scope': { requirement: { scopes: ['read', 'write'] }, token: es256(claims({ scope: 'read' })) },
  'with the scopes': { requirement: { scopes: ['read'] }, token: es256(claims({ scope: 'read write' })) },
  'of another user': { requirement: { subject: 'bob' } },
};

/** Rejected, or null; and the outcome of each stage, as the package tells. */
function inNode({ token, keys, policy, rules, now, requirement = {} }) {
  const validator = Validator.fromJson(JSON.stringify(policy), { keys });
  const cutoffs = new Cutoffs();
  const at = { now: new Date(now) };
  for (const line of rules) cutoffs.apply(line, { now: new Date(Math.max(now, Date.now())) });
  const { checks } = validator.explain(token, cutoffs, at);
  const seen = STAGES.slice(0, 7).map((stage) => {
    const outcomes = checks.filter((check) => check.stage === stage).map(({ outcome }) => outcome);
    return ['fail', 'pass', 'skipped'].find((outcome) => outcomes.includes(outcome)) ?? 'skipped';
  });
  try {
    const accepted = validator.validate(token, cutoffs, at);
    const asked = Object.keys(requirement).length > 0;
    if (asked) accepted.require(requirement);
    return { rejected: null, stages: [...seen, asked ? 'pass' : 'skipped'] };
  } catch (rejected) {
    if (!(rejected instanceof Rejected)) throw rejected;
    return { rejected, stages: [...seen, rejected.stage === 'permission' ? 'fail' : 'skipped'] };
  }
}

inspect('stages and answer are the library’s', { later: ['icon.svg'] }, async (page) => {
  const remedies = new Map();
  for (const [what, over] of Object.entries(ASKED)) {
    const content = { ...GOOD, ...over };
    const { rejected, stages } = inNode(content);
    assert.equal(await link(page, content), rejected?.code ?? 'accept', what);
    assert.deepEqual(await page.$$eval('#stages li', (all) => all.map((one) => [one.dataset.stage, one.dataset.outcome])), STAGES.map((stage, at) => [stage, stages[at]]), what);
    const [first, ...headers] = (await text(page, '#answer-http')).split('\n');
    assert.equal(Number(first.split(' ')[1]), rejected?.status ?? 200, what);
    assert.deepEqual(headers, Object.entries(rejected?.headers ?? {}).map(([name, value]) => `${name}: ${value}`), what);
    remedies.set(rejected?.remedy ?? 'accepted', await text(page, '#answer-remedy'));
  }
  assert.deepEqual([...remedies.keys()].sort(), ['accepted', 'none', 'reauthenticate', 'refresh', 'step_up', 'stop', 'wait_until']);
  assert.equal(new Set(remedies.values()).size, remedies.size, 'each remedy has its own words');
});

inspect('the answer names realm and metadata of the policy', { later: ['icon.svg'] }, async (page) => {
  const content = { ...GOOD, now: (NOW + 2 * HOUR) * 1000, policy: { ...POLICY, realm: 'api', resource_metadata: 'https://api.example.com/.well-known/oauth-protected-resource' } };
  await link(page, content);
  assert.ok((await text(page, '#answer-http')).includes(inNode(content).rejected.headers['WWW-Authenticate']), await text(page, '#answer-http'));
});

inspect('the examples are what they are called', { later: ['examples.js'] }, async (page) => {
  for (const [name, wanted] of [['good', 'accept'], ['expired', 'token_expired'], ['revoked', 'session_revoked'], ['forged', 'signature_invalid']]) {
    await page.click(`[data-example="${name}"]`);
    await becomes(page, wanted);
  }
});
