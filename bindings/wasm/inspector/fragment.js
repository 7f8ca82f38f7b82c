// What may stand behind the `#` of the address, and only where a person made such a link: `#` and base64url of JSON,
// `{"policy":"{..}","rules":["{..}"],"now":ms,"requirement":{},"token":"..","keys":".."}`, every member optional.

import { policyOf } from './policy-text.js';

export function writeFragment(content) {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const MEMBERS = {
  policy: (value) => isText(value) || isObject(value),
  requirement: (value) => isObject(value) && Object.values(value).every((one) => isText(one) || (Array.isArray(one) && one.every(isText))),
  rules: (value) => Array.isArray(value) && value.every(isText),
  now: (value) => typeof value === 'number' && value >= 0 && value <= 253_402_300_799_999,
  token: isText,
  keys: isText,
};

/** `{ content, fault }`: null and null where there is no fragment. */
export function readFragment(hash) {
  const written = hash.replace(/^#/, '');
  // The skip link and headings are fragments too, of the page.
  if (written === '' || document.getElementById(written) !== null) return { content: null, fault: null };
  try {
    const bytes = Uint8Array.from(atob(written.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
    const content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
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
