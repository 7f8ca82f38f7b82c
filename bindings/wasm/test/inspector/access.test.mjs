// For everyone: axe finds nothing serious, keys reach everything, no width scrolls sideways, it prints, motion is asked for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { becomes, inspect, settle, text, unfold, verdict } from './page.mjs';
import { GOOD, HOUR, ISSUER, JWKS, NOW, POLICY, TOKEN, claims, es256, hs256 } from './tokens.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = [
  JSON.stringify({ rule: 'issued_before', target: { issuer: ISSUER, subject: 'alice' }, at: NOW - 60, reason: 'device stolen' }),
  JSON.stringify({ rule: 'authenticated_before', target: { issuer: ISSUER, subject: 'bob' }, at: NOW - 60 }),
];
const [header, , signature] = TOKEN.split('.');
const forged = `${header}.${Buffer.from(JSON.stringify(claims({ sub: 'mallory' }))).toString('base64url')}.${signature}`;

/** What is given, and what else is done, in each of the states that people see. */
const STATES = {
  empty: [undefined, 'waiting'],
  good: [GOOD, 'accept'],
  unverified: [{ token: TOKEN }, 'unverified'],
  expired: [{ ...GOOD, now: (NOW + 2 * HOUR) * 1000 }, 'token_expired'],
  revoked: [{ ...GOOD, rules }, 'token_revoked'],
  forged: [{ ...GOOD, token: forged }, 'signature_invalid'],
  'with warnings': [{ ...GOOD, token: hs256(claims({ exp: undefined, nonce: 'n', a: { b: [1, { c: 2 }] } }), 'x', { jku: 'https://x/' }) }, 'algorithm_not_allowed', unfold],
  'with every fold open': [{ ...GOOD, rules, token: es256(claims({ scope: 'read', roles: ['a', 'b'], limits: { a: { b: 1 } } })) }, 'token_revoked', unfold],
  'with mistakes': [GOOD, 'mistake', async (page) => {
    await unfold(page);
    for (const field of ['#keys-text', '#policy-leeway', '#policy-json', '#now', '#rules-json', '#policy-max-age']) await page.fill(field, 'garbage');
    await page.click('#rules-json-add');
    await page.click('#rule-add');
    await page.click('#link-make');
  }],
};

for (const [name, [content, wanted, act]] of Object.entries(STATES)) {
  inspect(`axe finds nothing serious: ${name}`, { content }, async (page) => {
    await act?.(page);
    assert.equal(await verdict(page), wanted);
    await page.evaluate(AXE);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await settle(page);
        const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(serious.map(({ id, nodes }) => [id, ...nodes.slice(0, 4).map(({ target, failureSummary }) => `${target}: ${failureSummary.split('\n')[1]}`)]), [], `${colorScheme} ${width}`);
        for (const { id, nodes } of violations) console.log(`${name} ${colorScheme} ${width}: ${id} (${nodes[0].impact}) ${nodes[0].target}`);
      }
    }
  });
}

inspect('nothing scrolls sideways, however narrow', { content: { ...GOOD, rules, token: es256(claims({ long: 'x'.repeat(3000), ['n'.repeat(300)]: 'y', sub: 'z'.repeat(2000) })) } }, async (page) => {
  await unfold(page);
  for (const width of [320, 360, 560, 800, 1000, 1440, 1700]) {
    await page.setViewportSize({ width, height: 900 });
    await settle(page);
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), width);
  }
});

/** A description of what is focused, and how it shows. */
const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const [style, box] = [getComputedStyle(node), node.getBoundingClientRect()];
  const pill = node.querySelector?.('.now-pill');
  globalThis.seen ??= new Map();
  if (!seen.has(node)) seen.set(node, seen.size);
  return {
    index: seen.get(node), name: node.id || node.outerHTML.slice(0, 80),
    shows: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || (pill !== null && pill !== undefined && getComputedStyle(pill).stroke !== 'none'),
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
});

inspect('Tab reaches every control, in the order of the page, and the focus shows', { content: { ...GOOD, rules, token: es256(claims({ a: { b: 1 } })) } }, async (page) => {
  await unfold(page);
  const controls = await page.evaluate(() => {
    const radios = new Set();
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((node) => !node.disabled && node.checkVisibility({ visibilityProperty: true }))
      .filter((node) => node.type !== 'radio' || (!radios.has(node.name) && radios.add(node.name)))
      .map((node) => node.id || node.outerHTML.slice(0, 80));
  });
  const reached = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let left = controls.length + 10; left > 0; left -= 1) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (now === null || now.index < reached.length) break;
    assert.ok(now.shows, `the focus does not show on ${now.name}`);
    assert.ok(now.inside, `${now.name} is not in view`);
    reached.push(now.name);
  }
  assert.deepEqual(controls.filter((name) => !reached.includes(name)), []);
  assert.equal(reached.length, controls.length);
});

inspect('by keys alone: an example, a fold, a rule, a language', { later: ['examples.js'] }, async (page) => {
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip to the verdict/);
  await page.focus('[data-example="good"]');
  await page.keyboard.press('Enter');
  await becomes(page, 'accept');
  await page.focus('#rule-fold summary');
  await page.keyboard.press('Space');
  await page.focus('[data-preset="user"]');
  await page.keyboard.press('Enter');
  await page.focus('#rule-add');
  await page.keyboard.press('Enter');
  assert.equal(await verdict(page), 'token_revoked');
  await page.focus('[data-language="python"]');
  await page.keyboard.press('Space');
  assert.match(await text(page, '#code-text'), /^import lowwater/);
});

inspect('what is decided is told to who does not see it', { content: { keys: JWKS, policy: POLICY } }, async (page) => {
  assert.equal(await page.getAttribute('#verdict-live', 'aria-live'), 'polite');
  await page.fill('#token', TOKEN);
  await page.waitForFunction(() => /^Accepted: /.test(document.querySelector('#verdict-live').textContent), null, { timeout: 3000 });
  await page.fill('#token', forged);
  await page.waitForFunction(() => /^Rejected: The signature is wrong/.test(document.querySelector('#verdict-live').textContent), null, { timeout: 3000 });
});

inspect('on paper stands the verdict, and no control', { content: { ...GOOD, rules } }, async (page) => {
  await page.emulateMedia({ media: 'print' });
  for (const part of ['#verdict-title', '#verdict-lead', '#stages', '#timeline-picture', '#contents', '#rules-list', '#answer-http']) assert.ok(await page.isVisible(part), part);
  assert.deepEqual(await page.$$eval('button', (all) => all.filter((one) => one.checkVisibility()).map((one) => one.id || one.textContent)), []);
  assert.deepEqual(await page.$$eval('input[type=checkbox], input[type=radio]', (all) => all.filter((one) => one.closest('#link, #rules-form') && one.checkVisibility()).map((one) => one.id)), []);
  assert.ok((await page.pdf()).length > 1000);
});

inspect('nothing moves where motion is not wanted', { content: GOOD }, async (page) => {
  const moves = () => page.$$eval('*', (all) => all.filter((node) => {
    const { transitionDuration, animationName } = getComputedStyle(node);
    return animationName !== 'none' || transitionDuration.split(', ').some((one) => parseFloat(one) > 0);
  }).map((node) => node.id || node.tagName));
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.deepEqual(await moves(), ['verdict']);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.deepEqual(await moves(), []);
});
