// A shared secret as bytes: how it is written is the person's to say, for the same text means other bytes in each form.

import { decode } from './base64url.js';

/** Bytes, or throws a sentence. */
export function secretBytes(text, form) {
  if (form === 'text') return new TextEncoder().encode(text);
  const bare = text.replace(/\s+/g, '');
  if (form === 'hex') {
    if (!/^(?:[0-9a-f]{2})*$/i.test(bare)) throw new SyntaxError('the secret is not hex: an even number of the digits 0 to 9 and a to f is expected');
    return Uint8Array.from(bare.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  if (form === 'base64url') {
    if (!/^[\w-]*={0,2}$/.test(bare) || bare.replace(/=/g, '').length % 4 === 1) {
      throw new SyntaxError('the secret is not base64url: A to Z, a to z, 0 to 9, “-” and “_” are expected');
    }
    return decode(bare.replace(/=/g, ''));
  }
  throw new SyntaxError('say how the secret is written: as text, base64url or hex');
}
