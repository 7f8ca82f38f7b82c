// The time line: to scale, readable at every width, `now` movable by pointer and by keys.
import assert from 'node:assert/strict';
import { give, inspect, settle, text, verdict } from './page.mjs';
import { GOOD, HOUR, ISSUER, NOW, POLICY, claims, es256 } from './tokens.mjs';

const rule = (rule, at, target = { issuer: ISSUER, subject: 'alice' }) => JSON.stringify({ rule, target, [rule === 'revoked' ? 'until' : 'at']: at });
/** Everything that can stand on it: four times, ends of session and age, rules of each kind. */
const BUSY = {
  ...GOOD,
  token: es256(claims({ auth_time: NOW - 900, nbf: NOW - 290, sid: 's1' })),
  policy: { ...POLICY, max_session: 4 * HOUR, max_age: 2 * HOUR },
  rules: [
    rule('issued_before', NOW - 600), rule('authenticated_before', NOW - 2000), rule('issued_before', NOW - 100, { subject: 'bob' }),
    rule('revoked', NOW - 1000, { session: 's1' }), rule('issued_before', NOW - 900 * HOUR, { subject: 'eve' }),
  ],
};

/** Where everything stands, in pixels of the page. */
const places = (page) => page.evaluate(() => {
  const middle = (node) => { const box = node.getBoundingClientRect(); return box.left + box.width / 2; };
  const ends = (node) => { const box = node.getBoundingClientRect(); return [box.left, box.right]; };
  const picture = document.querySelector('#timeline-picture');
  return {
    marks: Object.fromEntries([...picture.querySelectorAll('[data-mark]')].map((node) => [node.dataset.mark, middle(node)])),
    bands: Object.fromEntries([...picture.querySelectorAll('[data-band]')].map((node) => [node.dataset.band, ends(node)])),
    now: middle(picture.querySelector('.now-line')),
    water: [...picture.querySelectorAll('.water')].map((node) => [node.dataset.rule, ends(node.querySelector('.depth'))[1], node.querySelector('.mark') !== null]),
    box: ends(picture),
  };
});
const slider = (page) => page.$eval('#now-slider', (node) => Object.fromEntries(['valuemin', 'valuemax', 'valuenow', 'valuetext'].map((name) => [name, node.getAttribute(`aria-${name}`)])));
const shown = async (page) => (await slider(page)).valuenow - 0;

inspect('everything stands where its time is', { content: { ...BUSY, now: (NOW + 600) * 1000 } }, async (page) => {
  for (const width of [360, 800, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await settle(page);
    const { marks, bands, now, water } = await places(page);
    const [iat, exp] = [marks.iat, marks.exp];
    const x = (at) => iat + ((at - (NOW - 300)) / HOUR) * (exp - iat);
    const near = (found, at, what) => assert.ok(Math.abs(found - x(at)) < 1.5, `${what} at ${width}: ${found}, not ${x(at)}`);
    assert.ok(exp - iat > width / 8, 'the token’s life has room');
    near(marks.auth_time, NOW - 900, 'auth_time');
    near(marks.nbf, NOW - 290, 'nbf');
    near(marks['session-end'], NOW - 900 + 4 * HOUR, 'end of the session');
    near(marks['age-end'], NOW - 300 + 2 * HOUR, 'too old');
    near(now, NOW + 600, 'now');
    near(bands.valid[0], NOW - 290, 'valid from');
    near(bands.valid[1], NOW + 3300, 'valid to');
    near(bands.after[1], NOW + 3360, 'leeway');
    near(water[0][1], NOW - 600, 'cutoff');
    near(water[2][1], NOW - 100, 'cutoff of another');
    assert.deepEqual(water[4].slice(2), [false], 'what is far away does not press all else together');
  }
});

inspect('labels do not overlap and nothing is cut off', { content: BUSY }, async (page) => {
  for (const width of [360, 800, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    for (const at of [NOW - 900, NOW + 600, NOW + 3300, NOW + 9 * HOUR]) {
      await give(page, '#now', String(at));
      const boxes = await page.$$eval('#timeline-picture text', (all) => all.filter((node) => node.textContent !== '').map((node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        return { said: node.textContent, left, right, top: top + 2, bottom: bottom - 2 };
      }));
      const [left, right] = (await places(page)).box;
      for (const one of boxes) {
        assert.ok(one.left >= left - 2 && one.right <= right + 2, `${width}: “${one.said}” from ${one.left} to ${one.right} is cut off at ${left} to ${right}`);
      }
      for (const [index, one] of boxes.entries()) {
        for (const two of boxes.slice(index + 1)) {
          const apart = one.right <= two.left || two.right <= one.left || one.bottom <= two.top || two.bottom <= one.top;
          assert.ok(apart, `${width}: “${one.said}” and “${two.said}” overlap`);
        }
      }
    }
  }
});

inspect('dragging now changes the verdict, there and back', { content: GOOD }, async (page) => {
  const { marks: { iat, exp }, now } = await places(page);
  const y = await page.$eval('#timeline-picture', (node) => node.getBoundingClientRect().top + 12);
  const perSecond = (exp - iat) / HOUR;
  await page.mouse.move(now, y);
  await page.mouse.down();
  const way = [
    [exp - 5, 'accept'], [exp + 50 * perSecond, 'accept'], [exp + 75 * perSecond, 'token_expired'],
    [iat + 10, 'accept'], [iat - 75 * perSecond, 'issued_in_future'], [now, 'accept'],
  ];
  for (const [x, code] of way) {
    await page.mouse.move(x, y, { steps: 3 });
    assert.equal(await verdict(page), code);
    assert.ok(Math.abs((await places(page)).now - x) < 1.5);
  }
  await page.mouse.up();
  await page.mouse.move(exp + 100, y);
  assert.equal(await verdict(page), 'accept', 'let go is let go');
  assert.equal(await page.getAttribute('#now-live', 'aria-pressed'), 'false');
  await page.mouse.click(exp + 100 * perSecond, y + 20);
  assert.equal(await verdict(page), 'token_expired', 'a click moves it too');
  await page.click('#now-live');
  assert.equal(await verdict(page), 'accept');
  assert.ok(Math.abs((await shown(page)) * 1000 - Date.now()) < 3000);
});

inspect('keys move it', { content: GOOD }, async (page) => {
  await page.focus('#now-slider');
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
      await settle(page);
    }
    return shown(page);
  };
  const step = (await press('ArrowRight')) - NOW;
  assert.ok(step > 0 && step <= 60);
  assert.equal(await press('ArrowUp'), NOW + 2 * step);
  assert.equal(await press('ArrowLeft', 'ArrowDown'), NOW);
  assert.equal(await press('Shift+ArrowRight'), NOW + 10 * step);
  assert.equal(await press('PageDown'), NOW);
  const { valuemin, valuemax } = await slider(page);
  assert.ok(Math.abs((await press('End')) - valuemax) <= 1);
  assert.equal(await verdict(page), 'token_expired');
  assert.match((await slider(page)).valuetext, /UTC: Rejected Expired/);
  assert.ok(Math.abs((await press('Home')) - valuemin) <= 1);
  const before = await page.$eval('#now-slider', (node) => node.getAttribute('aria-valuemin') - 0);
  assert.ok((await press('ArrowLeft')) < before, 'it goes on beyond what is shown');
  assert.equal(await press('x', 'Tab'), await shown(page));
});

inspect('keys that come between two frames all count', { content: GOOD }, async (page) => {
  const step = await page.evaluate(() => {
    const slider = document.querySelector('#now-slider');
    for (let left = 5; left > 0; left -= 1) slider.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(slider.getAttribute('aria-valuenow')))));
  }) - NOW;
  await page.keyboard.press('Tab');
  await page.focus('#now-slider');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.equal(step, 5 * ((await shown(page)) - NOW - step));
});

inspect('what is decided is in the value’s text, and every moment in words', { content: BUSY }, async (page) => {
  const { valuetext } = await slider(page);
  assert.equal(valuetext, `${new Date(NOW * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC')}: ${await text(page, '#verdict-badge')} ${await text(page, '#verdict-title')}`);
  const listed = await page.textContent('#timeline ul');
  for (const at of [NOW - 900, NOW - 300, NOW - 290, NOW + 3300, NOW - 600]) assert.ok(listed.includes(new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ')));
});

inspect('the clock is typed in seconds or RFC 3339, and says so if not', { content: GOOD }, async (page) => {
  assert.equal(await give(page, '#now', String(NOW + 2 * HOUR)), 'token_expired');
  assert.equal(await give(page, '#now', new Date(NOW * 1000).toISOString()), 'accept');
  assert.equal(await give(page, '#now', `${new Date((NOW + 9 * HOUR) * 1000).toISOString().slice(0, 19)}+09:00`), 'accept');
  for (const bad of ['soon', '1e9', '-5', '99999999999999', '2026-13-45T00:00:00Z', '']) {
    assert.equal(await give(page, '#now', bad), 'accept', bad);
    assert.match(await text(page, '#now-fault'), /RFC 3339/);
    assert.equal(await page.inputValue('#now'), bad);
  }
});

inspect('zoom shows less, more, all', { content: BUSY }, async (page) => {
  const span = async () => { const { valuemin, valuemax } = await slider(page); return valuemax - valuemin; };
  const whole = await span();
  await page.click('#zoom-in');
  assert.ok(Math.abs((await span()) - whole / 2) <= 2);
  await page.click('#zoom-out');
  assert.ok(Math.abs((await span()) - whole) <= 2);
  await page.click('#zoom-all');
  assert.ok((await span()) > 900 * HOUR);
  assert.ok((await places(page)).water.every(([, , inside]) => inside));
  await page.click('#zoom-token');
  assert.equal(await span(), whole);
});

const ENDS = [['the beginning', 0, 'PageDown'], ['the end', 253_402_300_799_000, 'PageUp']];
for (const [what, now, key] of ENDS) {
  inspect(`at ${what} of time it stops`, { content: { ...GOOD, now } }, async (page) => {
    const press = (...keys) => page.evaluate(async (keys) => {
      for (const key of keys) {
        document.querySelector('#now-slider').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        await new Promise(requestAnimationFrame);
      }
    }, keys);
    await press(...Array(100).fill(key));
    const { valuemin: from, valuemax: to } = await slider(page);
    assert.ok(to - from > 0, `what is shown shrank to nothing: from ${from} to ${to}`);
    for (let left = 40; left > 0; left -= 1) await page.click('#zoom-out');
    await press(...Array(60).fill(key), 'Home', 'End', 'ArrowRight', 'PageUp', 'ArrowLeft');
    assert.equal(/NaN|Infinity|\+0\d+-/.exec(await page.innerHTML('#timeline')), null);
    const { valuemin, valuemax } = await slider(page);
    assert.ok(valuemax - valuemin > 0);
    assert.equal(await give(page, '#now', String(NOW)), 'accept', 'the page goes on');
  });
}
