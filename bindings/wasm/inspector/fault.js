// A mistake stands beside the field that holds it, in a sentence; what was typed stays.

import { byId } from './element.js';

/** `message`: null where there is none. */
export function fault(field, place, message) {
  const said = message || '';
  const node = byId(place);
  if (node.textContent !== said) node.textContent = said;
  if (said === '') byId(field)?.removeAttribute('aria-invalid');
  else byId(field)?.setAttribute('aria-invalid', 'true');
}
