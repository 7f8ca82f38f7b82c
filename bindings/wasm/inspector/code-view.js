// Shows the code of one language, and copies it.

import { byId, whenChanged } from './element.js';
import { codeOf } from './code.js';

const LONGEST = 20_000;
let language = 'rust';
let given = null;

const draw = whenChanged(() => {
  for (const tab of document.querySelectorAll('[data-language]')) tab.setAttribute('aria-pressed', String(tab.dataset.language === language));
  byId('code-text').textContent = clip(codeOf(language, given));
});

const clip = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… (${text.length - LONGEST} more characters; “copy” takes all)` : text);

export function listenToCode() {
  for (const tab of document.querySelectorAll('[data-language]')) {
    tab.addEventListener('click', () => {
      language = tab.dataset.language;
      showCode(given);
    });
  }
  byId('code-copy').addEventListener('click', () => {
    const said = (text) => { byId('code-said').textContent = text; };
    navigator.clipboard
      ? navigator.clipboard.writeText(codeOf(language, given)).then(() => said('copied'), () => said('the browser did not let it be copied: mark the text'))
      : said('this browser copies only on https: mark the text');
  });
}

/** `given`: `{ policy, keys, rules, requirement }`, none of which holds a secret. */
export function showCode(next) {
  given = next;
  draw(language + JSON.stringify(given));
}
