// Any JSON value as a tree that opens on demand: what is closed is not in the page, and long lists come in pieces.

import { bounded, element } from './element.js';

const PIECE = 50;

export function tree(node) {
  if (node.kind === 'string') return element('span', { class: 'value text' }, bounded(node.text, 300));
  if (node.kind === 'number' || node.kind === 'word') return element('span', { class: 'value word' }, bounded(node.text, 300));
  const entries = node.kind === 'object' ? node.members.map((member) => [member.name, member.value, member.again]) : node.items.map((item, index) => [String(index), item, false]);
  if (entries.length === 0) return element('span', { class: 'value' }, node.kind === 'object' ? '{ }' : '[ ]');
  if (node.kind === 'array' && entries.length <= 12 && node.items.every(({ kind }) => kind !== 'object' && kind !== 'array')) {
    return element('ul', { class: 'items' }, node.items.map((item) => element('li', {}, tree(item))));
  }
  return branch(node, entries);
}

function branch(node, entries) {
  const what = node.kind === 'object' ? 'members' : 'elements';
  const fold = element('details', { class: 'branch' }, element('summary', {}, `${entries.length} ${entries.length === 1 ? what.slice(0, -1) : what}`));
  fold.addEventListener('toggle', () => {
    if (fold.open && fold.children.length === 1) fold.append(listOf(entries));
  });
  return fold;
}

function listOf(entries) {
  const list = element('dl', { class: 'tree' });
  const more = (from) => {
    for (const [name, value, again] of entries.slice(from, from + PIECE)) {
      list.append(element('dt', {}, bounded(name, 120), again && element('strong', { class: 'twice' }, ' twice')), element('dd', {}, tree(value)));
    }
    const left = entries.length - from - PIECE;
    if (left <= 0) return;
    const button = element('button', { type: 'button', class: 'more', click: () => { button.parentElement.remove(); more(from + PIECE); } }, `show more (${left})`);
    list.append(element('div', { class: 'rest' }, button));
  };
  more(0);
  return list;
}
