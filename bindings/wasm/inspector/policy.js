// The policy as a form and as JSON: two views of one object, whose members are spelled as the library's JSON spells them.

import { byId, element, replace, whenChanged } from './element.js';
import { fault } from './fault.js';
import { FIELDS, readField, writeField } from './policy-fields.js';
import { policyOf, withMember } from './policy-text.js';

const idOf = (member) => `policy-${member.replaceAll('_', '-')}`;
let tell = () => {};
let text = '{}';

/** Makes the form; calls `changed` with the policy and its text at each change. */
export function listenToPolicy(changed) {
  tell = changed;
  const most = FIELDS.filter((field) => !field.more).map(control);
  const more = element('details', { id: 'policy-more' }, element('summary', {}, 'More: times, type, claims, limits'),
    element('div', { class: 'fields' }, FIELDS.filter((field) => field.more).map(control)));
  replace(byId('policy-fields'), element('div', { class: 'fields wide' }, most), more);
  byId('policy-json').addEventListener('input', fromJson);
}

function control(field) {
  if (field.kind === 'algorithms') return algorithms(field);
  const id = idOf(field.member);
  const input = field.kind === 'flag' ? { type: 'checkbox' } : { type: 'text', placeholder: field.placeholder, autocomplete: 'off', spellcheck: 'false' };
  const common = { id, 'aria-describedby': `${id}-fault`, input: () => changedForm(field) };
  const node = field.kind === 'lines' && field.any
    ? element('textarea', { ...common, rows: '1', placeholder: field.placeholder, spellcheck: 'false', autocomplete: 'off' })
    : element('input', { ...input, ...common });
  const any = field.any && element('label', { class: 'any' }, element('input', { type: 'checkbox', id: `${id}-any`, input: () => changedForm(field) }), ' any');
  const label = element('label', { for: id }, field.label);
  const said = element('p', { id: `${id}-fault`, class: 'fault' });
  return field.kind === 'flag'
    ? element('div', { class: 'field flag' }, node, label, said)
    : element('div', { class: 'field' }, element('div', { class: 'row' }, label, any), node, said);
}

function algorithms(field) {
  const { member, label, names } = field;
  const id = idOf(member);
  return element('fieldset', { class: 'field algorithms', id, 'aria-describedby': `${id}-fault` },
    element('legend', {}, label),
    names.map((name) => element('label', {}, element('input', { type: 'checkbox', value: name, input: () => changedForm(field) }), ` ${name}`)),
    element('p', { id: `${id}-fault`, class: 'fault' }));
}

function given(field) {
  const node = byId(idOf(field.member));
  if (field.kind === 'flag') return node.checked;
  if (field.kind === 'algorithms') return [...node.querySelectorAll('input:checked')].map(({ value }) => value);
  return node.value;
}

/** A field changes its own member and no other: not every policy can be said in the form. */
function changedForm(field) {
  const any = field.any && byId(`${idOf(field.member)}-any`).checked;
  if (field.any) byId(idOf(field.member)).disabled = any;
  text = withMember(text, field.member, any ? 'any' : readField(field, given(field)));
  byId('policy-json').value = text;
  fault('policy-json', 'policy-json-fault', null);
  tell(policyOf(text));
}

function fromJson() {
  try {
    const read = policyOf(byId('policy-json').value);
    fault('policy-json', 'policy-json-fault', null);
    fillForm(read.policy);
    text = read.policyText;
    tell(read);
  } catch (mistake) {
    fault('policy-json', 'policy-json-fault', `this is not the JSON of a policy yet (${mistake.message}); the form above still holds`);
  }
}

/** Fills form and JSON, as an example or a link says. */
export function fillPolicy({ policy, policyText }) {
  fillForm(policy);
  text = policyText;
  byId('policy-json').value = text;
  fault('policy-json', 'policy-json-fault', null);
}

function fillForm(policy) {
  for (const field of FIELDS) {
    const node = byId(idOf(field.member));
    const value = policy[field.member];
    if (field.any) {
      byId(`${idOf(field.member)}-any`).checked = value === 'any';
      node.disabled = value === 'any';
    }
    if (field.kind === 'flag') node.checked = value === field.on;
    else if (field.kind === 'algorithms') {
      for (const box of node.querySelectorAll('input')) box.checked = (Array.isArray(value) ? value : []).includes(box.value) || (box.value === 'EdDSA' && Array.isArray(value) && value.includes('Ed25519'));
    } else node.value = field.any && value === 'any' ? '' : writeField(field, value);
    if (field.more && value !== undefined) byId('policy-more').open = true;
  }
}

const drawOwn = whenChanged((own, use) =>
  replace(byId('policy-own'), own !== null && element('div', { class: 'own' },
    element('button', { type: 'button', id: 'policy-use-own', click: () => use(own) }, 'Expect the token’s own issuer, audience, algorithm'),
    element('p', {}, 'Quick, but it proves nothing: you would compare the token with itself.'))));

/** `own`: what the token itself says, as a policy; null where it says nothing or the policy already speaks. */
export function showPolicy({ policyFault, own }, use) {
  drawOwn(JSON.stringify(own), own, use);
  const named = policyFault === null ? undefined : FIELDS.find(({ member }) => policyFault.includes(`\`${member}\``))?.member ?? (/unknown algorithm/.test(policyFault) ? 'algorithms' : undefined);
  for (const { member } of FIELDS) fault(idOf(member), `${idOf(member)}-fault`, member === named ? policyFault : null);
  byId('policy-fault').textContent = policyFault !== null && named === undefined ? policyFault : '';
}
