// A link is made only when asked for; the token and the keys are in it only where ticked, a secret never.

import { byId } from './element.js';
import { isJoined } from './find-token.js';
import { writeFragment } from './fragment.js';
import { publicPart } from './private-keys.js';

export function listenToLink(stateNow) {
  byId('link-make').addEventListener('click', () => {
    const { token, keys, policyText, rules, now, requirement } = stateNow();
    const content = { policy: policyText, rules, requirement, ...(now !== null && { now }) };
    const said = [];
    if (byId('link-token').checked && token !== null && !isJoined(token)) said.push('What was pasted is no token, and is not in it.');
    else if (byId('link-token').checked && token !== null) {
      content.token = token;
      said.push('The link holds the token: whoever has the link can use it until it expires.');
    }
    if (byId('link-keys').checked && keys.text.trim() !== '') {
      const open = keys.kind === 'secret' ? null : publicPart(keys.text);
      if (open === null) said.push('The keys are not in it: only public keys that can be read go into a link, never a secret.');
      else content.keys = open;
    }
    const address = `${location.href.split('#')[0]}#${writeFragment(content)}`;
    byId('link-text').value = address;
    byId('link-text').hidden = false;
    byId('link-text').select();
    byId('link-said').textContent = ['The link is below, to be copied. It is of this moment.', ...said].join(' ');
  });
}
