// The keys: the field, which key served, why others did not, and which were left out.

import { byId, element, replace, whenChanged } from './element.js';
import { fault } from './fault.js';
import { withoutPrivate } from './private-keys.js';

const OUTCOMES = { verified: 'verified it', tried: 'tried: it did not make this signature', not_tried: 'not tried' };

/** What the library calls by a name of its interface has a place on this page. */
const HINTS = [
  [/expected (a JWK Set|the DER)/, ['public'], '. A shared secret? Choose “shared secret” above.'],
  [/fromShortSecret/, ['secret'], ': tick “accept short secrets” under “policy”, “more”.'],
];

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`)?.value ?? null;

/** Calls `changed` with `{ kind, text, form }` at each change. */
export function listenToKeys(changed) {
  const field = byId('keys-text');
  const tell = () => changed({ kind: chosen('keys-kind'), text: field.value, form: chosen('keys-form') });
  field.addEventListener('input', () => {
    const { text, said } = withoutPrivate(field.value);
    if (said !== null) field.value = text;
    if (said !== null || text !== '') byId('keys-said').textContent = said ?? '';
    tell();
  });
  for (const choice of document.querySelectorAll('input[name="keys-kind"], input[name="keys-form"]')) {
    choice.addEventListener('change', () => {
      shape(chosen('keys-kind'));
      tell();
    });
  }
}

/** Fills the fields, as an example or a link says. */
export function fillKeys({ kind, text, form }) {
  byId('keys-text').value = text;
  byId('keys-said').textContent = '';
  for (const choice of document.querySelectorAll('input[name="keys-kind"]')) choice.checked = choice.value === kind;
  for (const choice of document.querySelectorAll('input[name="keys-form"]')) choice.checked = choice.value === form;
  shape(kind);
}

function shape(kind) {
  byId('keys-form').hidden = kind !== 'secret';
  byId('keys-text').placeholder = kind === 'secret' ? 'The shared secret (at least 32 random bytes). It stays in this page.' : 'JWKS, JWK or PEM of the issuer (its …/.well-known/jwks.json)';
}

const drawKeys = whenChanged((rows) =>
  replace(byId('keys-list'), rows.length > 0 && element('ul', { class: 'keys' }, rows.slice(0, 100).map(({ outcome, name, algorithms, words }) =>
    element('li', { 'data-outcome': outcome },
      element('code', {}, name.slice(0, 120)), ' ',
      algorithms && element('span', { class: 'written' }, algorithms),
      element('span', { class: 'words' }, words))))));

export function showKeys({ keysFault, set, skipped, kind, answer }) {
  const hint = keysFault === null ? '' : HINTS.find(([pattern, of]) => of.includes(kind) && pattern.test(keysFault))?.[2] ?? '';
  fault('keys-text', 'keys-fault', keysFault && `${keysFault}${hint}`);
  const rows = [...(set === null ? [] : served(set, answer)), ...skipped.map(reason)];
  drawKeys(JSON.stringify(rows), rows);
}

function served(set, answer) {
  const asked = answer?.keys ?? [];
  if (asked.length === 0) return set.keyIds.map((name) => ({ outcome: 'held', name, algorithms: '', words: name === answer?.keyId ? OUTCOMES.verified : '' }));
  return asked.map(({ key_id: name, algorithms, outcome, message }) => ({
    outcome, name: name ?? 'no kid', algorithms: algorithms.join(' '), words: `${OUTCOMES[outcome]}${message && outcome === 'not_tried' ? `: ${message}` : ''}`,
  }));
}

const reason = ({ position, key_id: name, code, message }) => ({
  outcome: 'skipped', name: name ?? `key ${position + 1}`, algorithms: code, words: `left out: ${message}`,
});
