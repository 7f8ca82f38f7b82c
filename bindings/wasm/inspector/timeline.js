// The time line: what is shown of it, and `now` to be dragged, or moved by keys.

import { byId, drawn, element, replace, whenChanged } from './element.js';
import { momentsOf } from './marks.js';
import { keyStep, scale, spanOf } from './scale.js';
import { draw } from './timeline-drawing.js';
import { LAST, relative, utc } from './time.js';

const PAD = 10;

let view = null; // [from, to]
let wanted = 'token';
let framed = '';
let place = null;
let shown = null;
let width = 0; // told by the browser when it has laid out, never asked for: that would make it lay out at once
let move = () => {};

const still = drawn('g', {});
const line = drawn('line', { class: 'now-line', x1: 0, x2: 0, y1: 22 });
const pill = drawn('rect', { class: 'now-pill', y: 1, height: 21, rx: 10.5 });
const words = drawn('text', { class: 'now-words', y: 16, 'text-anchor': 'middle' });
const slider = drawn('g', { id: 'now-slider', class: 'now', role: 'slider', tabindex: '0', 'aria-label': 'now', 'aria-orientation': 'horizontal' }, pill, words);
const picture = drawn('svg', { id: 'timeline-picture', class: 'timeline', role: 'group', 'aria-labelledby': 'time-heading' }, line, still, slider);
const listed = element('ul', { class: 'unseen' });

/** Calls `changed` with the moment (ms) that `now` is moved to. */
export function makeTimeline(changed) {
  move = (at) => changed(Math.min(LAST, Math.max(0, Math.round(at))));
  const button = (id, label, title, act) => element('button', { type: 'button', id, class: 'quiet', title, 'aria-label': title, click: act }, label);
  replace(byId('timeline'), picture, listed,
    element('div', { class: 'row under' },
      element('p', { class: 'legend' },
        element('span', { class: 'swatch valid' }), ' valid ', element('span', { class: 'swatch leeway' }), ' leeway ', element('span', { class: 'swatch depth' }), ' under water: refused if issued (or logged in) here ', element('span', { class: 'swatch hits' }), ' ✕ refuses this token'),
      element('div', { class: 'zoom', role: 'group', 'aria-label': 'What is shown' },
        button('zoom-token', 'token', 'show the token', () => look('token')),
        button('zoom-all', 'all', 'show all', () => look('all')),
        button('zoom-in', '+', '+ closer', () => zoom(0.5)),
        button('zoom-out', '−', '− farther', () => zoom(2)))));
  picture.addEventListener('pointerdown', grab);
  slider.addEventListener('keydown', press);
  new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    if (shown !== null) showTimeline(shown);
  }).observe(byId('timeline'));
}

function look(what) {
  wanted = what;
  framed = '';
  showTimeline(shown);
}

function zoom(factor) {
  const half = ((view[1] - view[0]) / 2) * factor;
  const middle = shown.now >= view[0] && shown.now <= view[1] ? shown.now : (view[0] + view[1]) / 2;
  if (half < 2000 || half > 8e12) return;
  view = [Math.max(0, middle - half), Math.min(LAST, middle + half)];
  showTimeline(shown);
}

/** What is far away would press the token's life into a line: it is shown when asked for. */
function frame({ marks, now }) {
  const ofToken = ({ id }) => ['iat', 'nbf', 'exp'].includes(id);
  const own = [...marks.points.filter(ofToken).map(({ at }) => at), ...marks.bands.flatMap(({ from, to }) => [from, to])];
  const others = [...marks.points.map(({ at }) => at), ...marks.waters.map(({ at }) => at).filter((at) => at !== null), now];
  if (wanted === 'all') return spanOf([...own, ...others]);
  if (own.length === 0) return spanOf([now - 3_600_000, now + 3_600_000]);
  const from = Math.min(...own);
  const to = Math.max(...own);
  const reach = Math.max(to - from, 60_000) * 3;
  return spanOf([...own, ...others.filter((at) => at > from - reach && at < to + reach)]);
}

const drawStill = whenChanged((marks) => {
  const { nodes, height } = draw(marks, place);
  still.replaceChildren(...nodes);
  picture.setAttribute('viewBox', `0 0 ${place.right + PAD} ${height}`);
  picture.setAttribute('height', height);
  line.setAttribute('y2', height);
  replace(listed, momentsOf(marks).map(([label, at]) => element('li', {}, `${label}: ${utc(at)}`)));
});

/** `given`: `{ marks, now, title }`; the title is what is decided at that moment. */
export function showTimeline(given) {
  shown = given;
  if (width === 0) return;
  const about = JSON.stringify(given.marks);
  if (framed !== about || view === null) {
    view = frame(given);
    framed = about;
  }
  place = scale(view[0], view[1], PAD, width - PAD);
  drawStill(`${about} ${view} ${width}`, given.marks);
  showNow(given);
}

function showNow({ now, title }) {
  const outside = now < place.from ? '◂ ' : now > place.to ? ' ▸' : '';
  const at = Math.min(place.right, Math.max(place.left, place.x(now)));
  const said = outside === '' ? 'now' : outside === '◂ ' ? `◂ now, ${relative(now, place.from).replace(' ago', ' earlier')}` : `now, ${relative(now, place.to).replace(/^in /, '')} later ▸`;
  const width = said.length * 7 + 18;
  const middle = Math.min(place.right + PAD - width / 2, Math.max(width / 2, at));
  slider.setAttribute('transform', `translate(${at} 0)`);
  line.setAttribute('transform', `translate(${at} 0)`);
  pill.setAttribute('x', middle - at - width / 2);
  pill.setAttribute('width', width);
  words.setAttribute('x', middle - at);
  if (words.textContent !== said) words.textContent = said;
  slider.setAttribute('aria-valuemin', Math.floor(place.from / 1000));
  slider.setAttribute('aria-valuemax', Math.ceil(place.to / 1000));
  slider.setAttribute('aria-valuenow', Math.round(now / 1000));
  slider.setAttribute('aria-valuetext', `${utc(Math.floor(now / 1000) * 1000)}: ${title}`);
}

function grab(event) {
  if (event.button !== 0 || place === null) return;
  picture.setPointerCapture(event.pointerId);
  const left = picture.getBoundingClientRect().left;
  const follow = ({ clientX }) => {
    const x = Math.min(place.right, Math.max(place.left, clientX - left));
    move(whole(place.at(x)));
  };
  const end = () => {
    for (const [name, act] of [['pointermove', follow], ['pointerup', end], ['pointercancel', end]]) picture.removeEventListener(name, act);
  };
  picture.addEventListener('pointermove', follow);
  picture.addEventListener('pointerup', end);
  picture.addEventListener('pointercancel', end);
  slider.focus({ preventScroll: true });
  follow(event);
  event.preventDefault();
}

/** Where a pixel is more than a second, whole seconds are meant. */
const whole = (at) => (place.perPixel > 100 ? Math.round(at / 1000) * 1000 : at);

function press(event) {
  const step = keyStep(place) * (event.shiftKey ? 10 : 1);
  const steps = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step };
  if (event.key in steps) keepInView(shown.now + steps[event.key]);
  else if (event.key === 'Home') keepInView(Math.ceil(place.from / 1000) * 1000);
  else if (event.key === 'End') keepInView(Math.floor(place.to / 1000) * 1000);
  else return;
  event.preventDefault();
}

/** Moves what is shown along with `now`, as wide as it is, but not beyond what a time can be. */
function keepInView(wish) {
  const now = Math.min(LAST, Math.max(0, wish));
  if (now < view[0] || now > view[1]) {
    const shift = now < view[0] ? now - view[0] : now - view[1];
    view = [view[0] + shift, view[1] + shift];
  }
  // Keys may come faster than frames: the next one starts from here.
  shown = { ...shown, now };
  move(now);
}
