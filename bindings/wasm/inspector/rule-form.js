// A form for one rule, and a field for rules as JSON. Both end in the same: the library reads the rule, or says why not.

import { linesOf, sentence } from './asking.js';
import { byId, element, replace } from './element.js';
import { fault } from './fault.js';
import { textOf } from './json-tree.js';
import { rfc3339 } from './time.js';

const KINDS = [
  ['issued_before', 'refuse tokens issued before'],
  ['authenticated_before', 'refuse logins before'],
  ['revoked', 'revoke one id until'],
  ['suspended', 'suspend an account'],
];
const TARGETS = [
  ['user', 'this token’s user', { issuer: 'iss', subject: 'sub' }],
  ['grant', 'this user, this client', { issuer: 'iss', subject: 'sub', client: 'client_id' }],
  ['session', 'this token’s session', { issuer: 'iss', session: 'sid' }],
  ['token', 'this token alone', { issuer: 'iss', token_id: 'jti' }],
];
const DIMENSIONS = ['issuer', 'subject', 'client', 'session', 'token_id', 'key_id', 'tenant', 'device', 'confirmation'];

let claims = null;
let clock = () => 0;

export const tellRuleForm = (reading, now) => {
  claims = reading?.claims?.root ?? null;
  clock = () => now;
};

/** Calls `add` with the lines (JSON) of new rules. */
export function makeRuleForm(add) {
  const option = ([value, words]) => element('option', { value }, words);
  const field = (name) => element('div', { class: 'field' }, element('label', { for: `rule-${name}` }, name),
    element('input', { id: `rule-${name}`, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'rule-fault' }));
  replace(byId('rules-form'),
    element('details', { id: 'rule-fold' }, element('summary', {}, 'Add a rule'),
      element('div', { class: 'fields' },
        element('div', { class: 'field' }, element('label', { for: 'rule-kind' }, 'Rule'),
          element('select', { id: 'rule-kind', change: shapeTime }, KINDS.map(option))),
        element('div', { class: 'field' }, element('label', { for: 'rule-time', id: 'rule-time-label' }, 'T'),
          element('input', { id: 'rule-time', placeholder: 'now', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'rule-fault' }))),
      element('div', { class: 'presets', role: 'group', 'aria-label': 'Fill in from the token' },
        TARGETS.map(([name, words, dimensions]) => element('button', { type: 'button', class: 'quiet', 'data-preset': name, click: () => preset(dimensions) }, words))),
      element('div', { class: 'fields' }, DIMENSIONS.map(field)),
      element('p', { id: 'rule-fault', class: 'fault', role: 'status' }),
      element('button', { type: 'button', id: 'rule-add', click: () => submit(add) }, 'Add this rule')),
    element('details', { id: 'rules-json-fold' }, element('summary', {}, 'Add rules as JSON, one a line'),
      element('label', { for: 'rules-json', class: 'unseen' }, 'Rules as JSON Lines'),
      element('textarea', { id: 'rules-json', rows: '4', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'rules-json-fault',
        placeholder: '{"rule":"issued_before","target":{"issuer":"https://i/","subject":"u1"},"at":1700000000}' }),
      element('p', { id: 'rules-json-fault', class: 'fault', role: 'status' }),
      element('button', { type: 'button', id: 'rules-json-add', click: () => submitLines(add) }, 'Add these rules')));
}

function shapeTime() {
  const kind = byId('rule-kind').value;
  byId('rule-time').disabled = kind === 'suspended';
  byId('rule-time').placeholder = kind === 'revoked' ? 'never' : 'now';
  byId('rule-time-label').textContent = kind === 'revoked' ? 'until' : kind === 'suspended' ? 'no time' : 'T';
}

function preset(dimensions) {
  for (const name of DIMENSIONS) byId(`rule-${name}`).value = '';
  const absent = [];
  for (const [dimension, claim] of Object.entries(dimensions)) {
    const value = textOf(claims, claim) ?? (claim === 'client_id' ? textOf(claims, 'azp') : undefined);
    if (value === undefined) absent.push(claim);
    else byId(`rule-${dimension}`).value = value;
  }
  byId('rule-fault').textContent = absent.length > 0 ? `the token has no ${absent.join(', no ')}` : '';
}

/** The rule of the form, in JSON. */
function written() {
  const kind = byId('rule-kind').value;
  const target = {};
  for (const name of DIMENSIONS) {
    const value = byId(`rule-${name}`).value;
    if (value !== '') target[name] = value;
  }
  const typed = byId('rule-time').value.trim();
  const at = typed === '' || typed === 'now' ? rfc3339(clock()) : typed;
  if (kind === 'suspended') return JSON.stringify({ rule: kind, target, on: true, version: 1 });
  const [name, time] = kind === 'revoked' ? ['until', typed === '' ? 'never' : typed] : ['at', at];
  // The digits as they were typed: 1700000000 is a whole second, 1700000000.0 an instant.
  const json = /^\d+(\.\d+)?$/.test(time) ? time : JSON.stringify(time);
  return `${JSON.stringify({ rule: kind, target }).slice(0, -1)},"${name}":${json}}`;
}

function submit(add) {
  try {
    add(linesOf(written()));
    fault('rule-time', 'rule-fault', null);
  } catch (mistake) {
    byId('rule-fault').textContent = sentence(mistake);
  }
}

function submitLines(add) {
  try {
    add(linesOf(byId('rules-json').value));
    byId('rules-json').value = '';
    fault('rules-json', 'rules-json-fault', null);
  } catch (mistake) {
    fault('rules-json', 'rules-json-fault', sentence(mistake));
  }
}
