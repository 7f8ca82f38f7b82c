// A link is made only when asked for; the token and the keys are in it only where ticked, a secret never.

import { byId } from './element.js';
import { writeFragment } from './fragment.js';
import { holdsSecret } from './private-keys.js';

export function listenToLink(stateNow) {
  byId('link-make').addEventListener('click', () => {
    const { token, keys, policy, rules, now, requirement } = stateNow();
    const content = { policy, rules, requirement, ...(now !== null && { now }) };
    const said = [];
    if (byId('link-token').checked && token !== null) {
      content.token = token;
      said.push('The link holds the token: whoever has the link can use it until it expires.');
    }
    if (byId('link-keys').checked && keys.text.trim() !== '') {
      if (keys.kind === 'secret' || holdsSecret(keys.text)) said.push('The keys are not in it: a secret never goes into a link.');
      else content.keys = keys.text;
    }
    const address = `${location.href.split('#')[0]}#${writeFragment(content)}`;
    byId('link-text').value = address;
    byId('link-text').hidden = false;
    byId('link-text').select();
    byId('link-said').textContent = ['The link is below.', ...said].join(' ');
    navigator.clipboard?.writeText(address).then(
      () => { byId('link-said').textContent = ['The link was copied.', ...said].join(' '); },
      () => {},
    );
  });
}
