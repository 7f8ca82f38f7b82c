// The header and the claims with their meaning in words; every value is marked until a key has proven it.

import { bounded, byId, element, replace, whenChanged } from './element.js';
import * as meanings from './meanings.js';
import { tree } from './tree.js';
import { isMoment, relative, utc } from './time.js';

const SHOWN = 60;
let ticking = [];

const draw = whenChanged((reading, proven) => {
  ticking = [];
  byId('contents').hidden = reading === null || (reading.header === null && reading.claims === null);
  if (byId('contents').hidden) return replace(byId('contents-body'));
  byId('contents').dataset.proven = proven;
  byId('contents-mark').textContent = proven ? '✓ verified: a key of yours signed this' : 'not verified: anyone can write this';
  replace(byId('contents-body'),
    part('Header', reading.header, meanings.HEADER, proven),
    reading.claims === null
      ? element('p', {}, 'The claims are encrypted: only the holder of the key can read them.')
      : part('Claims', reading.claims, meanings.CLAIMS, proven));
});

export function showToken({ token, reading, proven, now }) {
  draw(`${proven} ${token}`, reading, proven);
  for (const [node, at] of ticking) {
    const words = relative(at, now);
    if (node.data !== words) node.data = words;
  }
}

function part(title, read, words, proven) {
  return element('div', { class: 'part', 'data-part': title.toLowerCase() },
    element('h3', {}, title),
    read.faults.length > 0 && element('p', { class: 'lenient' }, `Read leniently, for display only: it ${read.faults.slice(0, 8).join('; ')}.`),
    read.root?.kind === 'object' ? table(read.root, words, proven) : element('pre', { class: 'raw', tabindex: '0', 'aria-label': `${title} as text` }, bounded(read.text, 2000)),
    read.root?.kind === 'object' && source(title, read.text));
}

function table(root, words, proven) {
  const list = element('dl', { class: 'claims' });
  const more = (from) => {
    for (const member of root.members.slice(from, from + SHOWN)) list.append(row(member, words, proven));
    const left = root.members.length - from - SHOWN;
    if (left <= 0) return;
    const button = element('button', { type: 'button', class: 'more', click: () => { button.parentElement.remove(); more(from + SHOWN); } }, `show more (${left})`);
    list.append(element('div', { class: 'rest' }, button));
  };
  more(0);
  return list;
}

function row({ name, value, again }, words, proven) {
  const meaning = Object.hasOwn(words, name) ? words[name] : null;
  return element('div', { class: 'claim', 'data-claim': name.slice(0, 120) },
    element('dt', {}, element('code', {}, bounded(name, 120)), again && element('strong', { class: 'twice' }, ' twice'),
      meaning && element('span', { class: 'meaning' }, meaning)),
    element('dd', {}, inWords(name, value) ?? tree(value), !proven && element('span', { class: 'unproven' }, 'not verified')));
}

/** Times and algorithms are said, with what was written behind. */
function inWords(name, value) {
  const at = value.kind === 'number' ? Number(value.text) * 1000 : NaN;
  if (meanings.TIMES.has(name) && isMoment(at)) {
    const away = document.createTextNode('');
    ticking.push([away, at]);
    return element('span', { class: 'value' }, `${utc(Math.floor(at))}, `, away, element('span', { class: 'written' }, ` ${value.text.slice(0, 40)}`));
  }
  if (name === 'alg' && value.kind === 'string') {
    return element('span', { class: 'value text' }, bounded(value.text, 60), element('span', { class: 'written' }, ` ${meanings.algorithm(value.text)}`));
  }
  return null;
}

function source(title, text) {
  const fold = element('details', { class: 'source' }, element('summary', {}, 'as it was sent'));
  fold.addEventListener('toggle', () => {
    if (fold.children.length === 1) fold.append(element('pre', { class: 'raw', tabindex: '0', 'aria-label': `${title} as it was sent` }, bounded(text, 4000)));
  });
  return fold;
}
