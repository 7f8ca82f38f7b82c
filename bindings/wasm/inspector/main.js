// The wiring: what is given → `read` → the views, in one direction. The verdict comes first, everything else after it.
//
// For tests: `document.documentElement.dataset.verdict` is
//   `waiting`      no token
//   `accept`       accepted
//   `unverified`   no (readable) keys, so nothing is proven; `data-finding` is the code that would refuse it anyway, or empty
//   `mistake`      the policy cannot be
//   a code         the library's, where it refuses: `token_expired`, `signature_invalid`, `scope_missing` ...
// `dataset.ready` is there once the page is whole, `dataset.asked` counts the questions, and the first verdict is marked
// in the browser's time line as `verdict`.

import { byId } from './element.js';
import { fault } from './fault.js';
import { findToken } from './find-token.js';
import { readFragment } from './fragment.js';
import { placeOf, put } from './place.js';
import { policyOf } from './policy-text.js';
import { withoutPrivate } from './private-keys.js';
import { showVerdict, verdictOf } from './verdict.js';

// The library comes with it. Where that fails the page must say so, not wait for a token for ever.
const { forgetClocks, read } = await import('./read.js').catch((mistake) => {
  showVerdict({
    kind: 'mistake', code: 'not_loaded', badge: 'No answer', title: 'The page did not load whole',
    lead: mistake.message, cause: 'Reload it. It needs WebAssembly, and a server that sends all of its files.', also: [], facts: [],
  });
  throw mistake;
});

/** All that was given. `now`: null is the live clock. */
const given = {
  token: null,
  header: null,
  odd: null,
  own: null,
  keys: { kind: 'public', text: '', form: null },
  policy: {},
  policyText: '{}',
  rules: [],
  requirement: {},
  now: null,
};

let panels = null;
let waiting = false;

/** Nothing that stood there before may stand for what is asked now: everything but this is hidden. */
const undecided = (mistake, title, cause) => showVerdict({
  kind: 'mistake', code: 'not_decided', badge: 'No answer', title, lead: String(mistake?.message ?? mistake), cause, also: [], facts: [],
});

function show() {
  try {
    const seen = read(given, given.now ?? Math.floor(Date.now() / 1000) * 1000); // the second that is shown
    const verdict = verdictOf(seen);
    showVerdict(verdict);
    panels?.show(seen, verdict);
  } catch (mistake) {
    undecided(mistake, 'The page cannot decide this', 'Change what was given last, or reload the page.');
  }
  const root = document.documentElement.dataset;
  root.asked = Number(root.asked ?? 0) + 1;
}

/** However often something changes, it is asked once a frame. */
let changed = (what) => {
  Object.assign(given, what);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    show();
  });
};

/** What fails while something given is read leaves no verdict about what was given before. */
const guarded = (act) => (...given) => {
  try {
    act(...given);
  } catch (mistake) {
    undecided(mistake, 'The page cannot read this', 'Change what was given last, or reload the page.');
  }
};

const readPasted = guarded(() => {
  const field = byId('token');
  const { text, said } = withoutPrivate(field.value);
  if (said !== null) field.value = text;
  if (said !== null || text !== '') fault('token', 'token-fault', said && `${said} Keys belong into the field “keys”.`);
  const found = findToken(field.value);
  const keys = (found?.from ?? null) === null && (said !== null || /"kty"\s*:|-----BEGIN /.test(text.slice(0, 4000)));
  if (said === null && keys) fault('token', 'token-fault', 'This looks like keys, not a token: paste it into “keys”.');
  byId('token-said').textContent = found?.from ? `Taken: ${found.from}.` : '';
  byId('token-clear').hidden = field.value === '';
  changed({ token: keys ? null : found?.token ?? null, header: found?.header ?? null, odd: found?.odd ?? null, own: found?.token === given.token ? given.own : null });
});

/** How often everything was filled anew. */
let fills = 0;

/** Fills fields and state alike, as an example or a link says. */
function fill(content) {
  byId('token').value = content.token ?? '';
  byId('token-said').textContent = '';
  byId('token-clear').hidden = !content.token;
  fault('token', 'token-fault', null);
  forgetClocks();
  fills += 1;
  const whole = { header: null, odd: null, own: null, ...content, ...policyOf(content.policyText ?? content.policy) };
  panels?.fill(whole);
  changed(whole);
}

/** What is dropped goes where it fell, if that takes such, else where it belongs by its look. */
async function dropped(event) {
  event.preventDefault();
  const [file, ...more] = event.dataTransfer.files;
  const target = event.target;
  if (!file && !event.dataTransfer.types.includes('text/plain')) return;
  const plain = event.dataTransfer.getData('text/plain'); // Gone after the first wait.
  const text = file ? await file.slice(0, 2_097_152).text().catch(() => '') : plain;
  if (text === '') return;
  const place = placeOf(text, target);
  put(byId(place) ?? byId('token'), text);
  if (place === 'rules-json' && byId('rules-json')?.value !== '') byId('rules-json-add')?.click();
  if (more.length > 0) byId('token-said').textContent = `Taken: the first of ${more.length + 1} files.`;
}

/** What was given before an example; null while no example is shown. */
let before = null;

async function showExample(name) {
  const [asked, typed] = [fills, byId('token').value];
  const content = await (await import('./examples.js')).example(name);
  if (asked !== fills || typed !== byId('token').value) return; // Something newer came while it was made.
  const mine = before ?? { ...given, text: byId('token').value };
  fill(content);
  before = mine;
  byId('examples-said').textContent = 'An example: its keys, policy and rules are filled in.';
  byId('examples-back').hidden = mine.text === '' && mine.keys.text === '' && mine.rules.length === 0 && Object.keys(mine.policy).length === 0;
  byId('examples-clear').hidden = true;
}

/** What is shown from now on has nothing of an example. */
function endExample() {
  before = null;
  for (const id of ['examples-back', 'examples-clear']) byId(id).hidden = true;
  byId('examples-said').textContent = '';
}

function leaveExample(content, text) {
  endExample();
  fill(content);
  byId('token').value = text;
  readPasted();
}

/** A token of one's own, beside what an example left. */
function besideExample() {
  if (before === null) return;
  byId('examples-said').textContent = 'Keys, policy and rules are still those of the example.';
  byId('examples-clear').hidden = false;
}

function listen() {
  byId('examples-back').addEventListener('click', () => leaveExample(before, before.text));
  byId('examples-clear').addEventListener('click', () => leaveExample(
    { token: null, keys: { kind: 'public', text: '', form: null }, policy: {}, rules: [], requirement: {}, now: null }, byId('token').value));
  byId('token').addEventListener('input', besideExample);
  byId('token').addEventListener('input', readPasted);
  byId('token-clear').addEventListener('click', () => {
    byId('token').value = '';
    fault('token', 'token-fault', null);
    readPasted();
    byId('token').focus();
  });
  for (const [button, field] of [['verdict-keys', 'keys-text'], ['verdict-policy', 'policy-issuer']]) {
    byId(button).addEventListener('click', () => byId(field)?.focus());
  }
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', dropped);
  const signs = globalThis.crypto.subtle !== undefined;
  for (const button of document.querySelectorAll('[data-example]')) {
    button.disabled = !signs;
    button.addEventListener('click', () => showExample(button.dataset.example));
  }
  if (!signs) byId('examples-said').textContent = 'The examples are signed in the page, and this browser signs only on https or localhost.';
  window.addEventListener('hashchange', fromFragment);
}

const fromFragment = guarded(() => {
  const { content, fault: damaged } = readFragment(location.hash);
  byId('fragment-fault').textContent = damaged ?? '';
  if (content === null) return;
  endExample();
  fill({
    token: content.token ? (findToken(content.token)?.token ?? null) : null,
    keys: { kind: 'public', text: withoutPrivate(content.keys ?? '').text, form: null },
    policyText: content.policyText, rules: content.rules ?? [], requirement: content.requirement ?? {}, now: content.now ?? null,
  });
});

listen();
if (byId('token').value !== '') readPasted(); // pasted before the page was ready
fromFragment();
show();
performance.mark('verdict');
try {
  const whole = await import('./panels.js');
  whole.make(given, changed);
  whole.fill(given);
  panels = whole;
} catch (mistake) {
  changed = () => {};
  undecided(mistake, 'The page did not load whole', 'Reload it.');
  throw mistake;
}
show();
document.documentElement.dataset.ready = 'true';
setInterval(() => given.now === null && !document.hidden && given.token !== null && changed({}), 1000);
