// What may stand behind the `#` of the address, and only where a person made such a link: `#` and base64url of JSON,
// `{"policy":"{..}","rules":["{..}"],"now":ms,"requirement":{},"token":"..","keys":".."}`, every member optional.

import { decode, encode } from './base64url.js';
import { policyOf } from './policy-text.js';
import { isMoment } from './time.js';

export const writeFragment = (content) => encode(new TextEncoder().encode(JSON.stringify(content)));

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const MEMBERS = {
  policy: (value) => isText(value) || isObject(value),
  requirement: (value) => isObject(value) && Object.values(value).every((one) => isText(one) || (Array.isArray(one) && one.every(isText))),
  rules: (value) => Array.isArray(value) && value.every(isText),
  now: (value) => typeof value === 'number' && isMoment(value),
  token: isText,
  keys: isText,
};

/** `{ content, fault }`: null and null where there is no fragment. */
export function readFragment(hash) {
  const written = hash.replace(/^#/, '');
  // The skip link and headings are fragments too, of the page.
  if (written === '' || document.getElementById(written) !== null) return { content: null, fault: null };
  try {
    const content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decode(written)));
    if (!isObject(content)) throw new SyntaxError();
    for (const [name, value] of Object.entries(content)) {
      if (!Object.hasOwn(MEMBERS, name) || !MEMBERS[name](value)) throw new SyntaxError();
    }
    const { policy, ...rest } = content;
    return { content: { ...rest, policyText: policyOf(policy).policyText }, fault: null };
  } catch {
    return { content: null, fault: 'The link is damaged: what stands behind “#” in the address cannot be read, so nothing was filled in. Perhaps it was cut off when it was copied.' };
  }
}
