// What a route asks of an accepted token; in the same words in every language.

import { byId, element, replace } from './element.js';

const FIELDS = [
  ['scopes', 'Scopes, all of', 'read:messages'],
  ['anyScope', 'Scopes, one of', ''],
  ['permissions', 'Permissions, all of', ''],
  ['anyPermission', 'Permissions, one of', ''],
  ['subject', 'Owner of the resource (sub)', ''],
  ['confirmation', 'Key that the connection proved (thumbprint)', ''],
];
const LISTS = new Set(['scopes', 'anyScope', 'permissions', 'anyPermission']);
const idOf = (name) => `requirement-${name.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}`;

export function listenToRequirement(changed) {
  const tell = () => changed(read());
  const field = ([name, label, placeholder]) =>
    element('div', { class: 'field' }, element('label', { for: idOf(name) }, label),
      element('input', { id: idOf(name), placeholder, autocomplete: 'off', spellcheck: 'false', input: tell, 'aria-describedby': 'requirement-fault' }));
  const [first, ...rest] = FIELDS;
  replace(byId('requirement-fields'), field(first),
    element('details', {}, element('summary', {}, 'More: permissions, owner, bound key'), element('div', { class: 'fields' }, rest.map(field))),
    element('p', { id: 'requirement-fault', class: 'fault' }));
}

function read() {
  const requirement = {};
  for (const [name] of FIELDS) {
    const text = byId(idOf(name)).value.trim();
    if (text !== '') requirement[name] = LISTS.has(name) ? text.split(/[\s,]+/) : text;
  }
  return requirement;
}

export function fillRequirement(requirement) {
  for (const [name] of FIELDS) {
    const value = requirement[name] ?? '';
    byId(idOf(name)).value = Array.isArray(value) ? value.join(' ') : String(value);
  }
}

export const showRequirement = (requirementFault) => {
  byId('requirement-fault').textContent = requirementFault ?? '';
};
