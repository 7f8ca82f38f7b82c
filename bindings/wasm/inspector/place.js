// Where a text that was dropped belongs.

/** The id of the field: that of the panel on which it fell, else by its look. */
export function placeOf(text, target) {
  const panel = target.closest?.('#keys, #policy, #rules, .ask')?.id;
  if (panel === 'keys') return 'keys-text';
  if (panel === 'rules') return 'rules-json';
  if (panel === 'policy') return 'policy-json';
  const start = text.slice(0, 4000).trim();
  if (/^\{\s*"(rule|state|lift)"/.test(start)) return 'rules-json';
  if (/^-----BEGIN /.test(start) || /^\{[^]*"(keys|kty)"\s*:/.test(start)) return 'keys-text';
  if (/^\{[^]*"(algorithms|audience)"\s*:/.test(start) && !/token"/.test(start)) return 'policy-json';
  return 'token';
}

/** Fills a field as a person would, so that undo brings back what stood there. */
export function put(field, text) {
  field.closest('details')?.setAttribute('open', '');
  field.focus();
  field.select();
  if (text.length <= 100_000 && document.execCommand('insertText', false, text)) return;
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromDrop' }));
}
