// The one way in which anything becomes DOM: names of elements are ours, text is text. Pasted markup stays pasted text.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === 'function') node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element. A function among the attributes listens to the event of that name. */
export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const drawn = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export const byId = (id) => document.getElementById(id);

export const replace = (parent, ...children) =>
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));

/** Text of any length, at first its beginning: a page must not hang on what was pasted. */
export function bounded(text, limit = 400) {
  if (text.length <= limit) return [text];
  const rest = element('button', {
    type: 'button',
    class: 'more',
    click: () => rest.replaceWith(text.slice(limit, limit + 100_000)),
  }, `show ${Math.min(text.length - limit, 100_000)} more characters`);
  return [text.slice(0, limit), rest];
}

/** Draws only when what it shows is another: `key` says what that is. */
export function whenChanged(draw) {
  let last;
  return (key, ...given) => {
    if (key === last) return;
    last = key;
    draw(...given);
  };
}
