// A mebibyte of anything is answered within a second.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { give, inspect } from '../page.mjs';
import { GOOD, NOW, POLICY, TOKEN, claims, encoded, es256 } from '../tokens.mjs';

const MIB = 1_048_576;
const fill = (unit) => unit.repeat(Math.ceil(MIB / unit.length)).slice(0, MIB);
const members = `{"iat":${NOW},${Array.from({ length: 100_000 }, (_, index) => `"m${index}":${index}`).join(',')}}`.slice(0, 1_300_000);

const GIVEN = { ...GOOD, policy: { ...POLICY, max_token_bytes: MIB } };

const PASTES = {
  'a token': es256(claims({ a: 'x'.repeat(780_000) })),
  'a token with 100 000 claims': es256(members),
  'a token of deep claims': es256(`{"iat":${NOW},"a":${'['.repeat(390_000)}${']'.repeat(390_000)}}`),
  'a token of open brackets': es256('['.repeat(780_000)),
  'a token of quotation marks': es256(`{"a":"${'\\"'.repeat(390_000)}"}`),
  'a token of backslashes': es256(`{"a":"${'\\'.repeat(780_000)}`),
  'claims as JSON': members,
  'deep JSON': '{"a":'.repeat(200_000),
  dots: fill('.'),
  'dots and letters': fill('a.'),
  'random text': randomBytes(MIB).toString('base64').slice(0, MIB),
  'random bytes': randomBytes(MIB).toString('latin1'),
  'commas, then a word': `${fill(',').slice(1)}x`,
  'quotation marks, then a word': `${fill('"').slice(1)}x`,
  'white space': `${fill(' ').slice(2)}x`,
  'white space in a token': TOKEN.replace('.', `.${fill(' ')}`),
  'the beginnings of tokens': fill('eyJ.'),
  'the beginnings of tokens, apart': fill('eyJ.eyJ '),
  bearer: fill('Bearer '),
  'an address': `?${fill('token=&')}`,
  'braces': fill('{}'),
  'lines of text': fill(`${'x'.repeat(79)}\n`),
};
/** Milliseconds until it is decided, and until it is drawn; null where neither is so in five seconds. */
function answered(page, pasted) {
  const late = new Promise((done) => setTimeout(done, 5000, null).unref());
  return Promise.race([late, page.evaluate(async (pasted) => {
    const [field, root] = [document.querySelector('#token'), document.documentElement];
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const start = performance.now();
    const decided = new Promise((done) => new MutationObserver(() => done(performance.now() - start)).observe(root, { attributeFilter: ['data-asked'] }));
    field.value = pasted;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    const first = await decided;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return [first, performance.now() - start].map(Math.round);
  }, pasted)]);
}

inspect('a mebibyte of anything is answered within a second', { content: GIVEN }, async (page, open) => {
  const slow = [];
  for (const [what, pasted] of Object.entries(PASTES)) {
    let found = await answered(page, pasted);
    if (found !== null && found[0] >= 1000) found = await answered(page, pasted); // the machine may do other work too
    console.log(`1 MiB, ${what}: ${found === null ? 'no answer in 5 s' : `decided after ${found[0]} ms, drawn after ${found[1]} ms`}`);
    if (found === null || found[0] >= 1000) slow.push(what);
    if (found === null) page = await open({ content: GIVEN });
  }
  assert.deepEqual(slow, []);
  assert.equal(await give(page, '#token', TOKEN), 'accept', 'the page goes on');
});
