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
import { withoutPrivate } from './private-keys.js';
import { showVerdict, verdictOf } from './verdict.js';

// The library comes with it. Where that fails the page must say so, not wait for a token for ever.
const { read } = await import('./read.js').catch((mistake) => {
  showVerdict({
    kind: 'mistake', code: 'not_loaded', badge: 'No answer', title: 'The page did not load whole',
    lead: mistake.message, cause: 'Reload it. It needs WebAssembly, and a server that sends all of its files.', also: [], facts: [],
  });
  throw mistake;
});

/** All that was given. `now`: null is the live clock. */
const given = {
  token: null,
  keys: { kind: 'public', text: '', form: null },
  policy: {},
  rules: [],
  requirement: {},
  now: null,
};

let panels = null;
let waiting = false;

function show() {
  const seen = read(given, given.now ?? Math.floor(Date.now() / 1000) * 1000); // the second that is shown
  const verdict = verdictOf(seen);
  showVerdict(verdict);
  panels?.show(seen, verdict);
  const root = document.documentElement.dataset;
  root.asked = Number(root.asked ?? 0) + 1;
}

/** However often something changes, it is asked once a frame. */
function changed(what) {
  Object.assign(given, what);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    show();
  });
}

function readPasted() {
  const field = byId('token');
  const { text, said } = withoutPrivate(field.value);
  if (said !== null) field.value = text;
  if (said !== null || text !== '') fault('token', 'token-fault', said && `${said} Keys belong into the field “keys”.`);
  const found = findToken(field.value);
  if (said === null && /"kty"\s*:|-----BEGIN /.test(text.slice(0, 4000))) fault('token', 'token-fault', 'This looks like keys, not a token: paste it into “keys”.');
  byId('token-said').textContent = found?.from ? `Taken: ${found.from}.` : '';
  byId('token-clear').hidden = field.value === '';
  changed({ token: found?.token ?? null });
}

/** Fills fields and state alike, as an example or a link says. */
function fill(content) {
  byId('token').value = content.token ?? '';
  byId('token-said').textContent = '';
  byId('token-clear').hidden = !content.token;
  fault('token', 'token-fault', null);
  panels?.fill(content);
  changed(content);
}

async function dropped(event) {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  byId('token').value = file ? await file.slice(0, 2_097_152).text() : event.dataTransfer.getData('text/plain');
  readPasted();
}

function listen() {
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
    button.addEventListener('click', async () => fill(await (await import('./examples.js')).example(button.dataset.example)));
  }
  if (!signs) byId('examples-said').textContent = 'The examples are signed in the page, and this browser signs only on https or localhost.';
  window.addEventListener('hashchange', fromFragment);
}

function fromFragment() {
  const { content, fault: damaged } = readFragment(location.hash);
  byId('fragment-fault').textContent = damaged ?? '';
  if (content === null) return;
  fill({
    token: content.token ? (findToken(content.token)?.token ?? null) : null,
    keys: { kind: 'public', text: withoutPrivate(content.keys ?? '').text, form: null },
    policy: content.policy ?? {}, rules: content.rules ?? [], requirement: content.requirement ?? {}, now: content.now ?? null,
  });
}

listen();
if (byId('token').value !== '') readPasted(); // pasted before the page was ready
fromFragment();
show();
performance.mark('verdict');
panels = await import('./panels.js');
panels.make(given, changed);
panels.fill(given);
show();
document.documentElement.dataset.ready = 'true';
setInterval(() => given.now === null && !document.hidden && given.token !== null && changed({}), 1000);
