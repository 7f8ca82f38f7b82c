// Draws the time line, but for `now`: bands and marks to scale, each label where no other is.

import { drawn } from './element.js';
import { tickLabel, ticks } from './scale.js';
import { utc } from './time.js';

const LANE = 19;
const CHARACTER = 6.7;
const TOP = 30;
const BAR = 18;

/** `{ nodes, height }` of marks on a scale. */
export function draw(marks, place) {
  const labels = lanesOf(marks.points, place);
  const lanes = 1 + Math.max(-1, ...labels.map(({ lane }) => lane));
  const bar = TOP + lanes * LANE + 6;
  const axis = bar + BAR;
  const first = axis + 26;
  const rules = marks.waters.map((mark, index) => water(mark, place, first + index * (LANE + 3)));
  const bottom = first + marks.waters.length * (LANE + 3) + (marks.hidden > 0 ? LANE : 0);
  return {
    height: bottom + 2,
    nodes: [
      axisOf(place, axis),
      ...marks.bands.map((band) => bandOf(band, place, bar)),
      ...labels.filter(({ side }) => side === 0).map((label) => leader(label, bar, axis)),
      ...labels.map((label) => text(label, bar)),
      ...rules,
      marks.hidden > 0 && drawn('text', { x: place.left, y: bottom - 5, class: 'label' }, `and ${marks.hidden} more rules`),
    ].filter(Boolean),
  };
}

/** From the right to the left, so that no leader line runs through a label of a lane below it. */
function lanesOf(points, place) {
  const short = place.to - place.from < 86_400_000;
  const taken = [];
  return points
    .toSorted((a, b) => b.at - a.at)
    .map((point) => {
      const side = point.at < place.from ? -1 : point.at > place.to ? 1 : 0;
      const when = short && side === 0 ? utc(point.at).slice(11, -4) : utc(point.at).slice(0, 16);
      const said = `${side < 0 ? '◂ ' : ''}${point.label} ${when}${side > 0 ? ' ▸' : ''}`;
      const width = said.length * CHARACTER + 10;
      const x = side === 0 ? place.x(point.at) : side < 0 ? place.left - 5 : place.right;
      const start = x + width > place.right + 8 ? Math.max(0, x - width) : x;
      let lane = 0;
      while (taken.some((other) => other.lane === lane && start < other.end && other.start < start + width)) lane += 1;
      taken.push({ lane, start, end: start + width });
      return { ...point, side, said, x, start, width, lane };
    });
}

const leader = ({ x, lane, kind, id }, bar, axis) =>
  drawn('line', { class: `leader ${kind}`, 'data-mark': id, x1: x, x2: x, y1: bar - 6 - lane * LANE - 14, y2: axis });

const text = ({ start, x, said, lane, width, kind }, bar) =>
  drawn('g', {},
    drawn('rect', { class: 'back', x: start + (start < x ? 0 : 1), y: bar - 8 - lane * LANE - 13, width: width - 2, height: 16 }),
    drawn('text', { class: `label ${kind}`, x: start + 5, y: bar - 8 - lane * LANE }, said));

function bandOf({ id, kind, from, to }, place, bar) {
  const start = Math.max(place.left, place.x(from));
  const end = Math.min(place.right, place.x(to));
  if (end <= place.left || start >= place.right) return null;
  return drawn('rect', { class: `band ${kind}`, 'data-band': id, x: start, y: bar, width: Math.max(1, end - start), height: BAR });
}

function axisOf(place, y) {
  const { step, found } = ticks(place);
  return drawn('g', { class: 'axis' },
    drawn('line', { x1: place.left, x2: place.right, y1: y, y2: y }),
    found.map((at) => drawn('line', { x1: place.x(at), x2: place.x(at), y1: y, y2: y + 4 })),
    found.filter((at) => place.x(at) > place.left + 24 && place.x(at) < place.right - 24)
      .map((at) => drawn('text', { x: place.x(at), y: y + 16, 'text-anchor': 'middle' }, tickLabel(at, step))));
}

/** What lies to the left of a cutoff is under water. */
function water({ at, label, rule, hit, blur }, place, y) {
  const end = at === null ? place.right : Math.min(place.right, Math.max(place.left, place.x(at)));
  const inside = at === null || (at >= place.from && at <= place.to);
  const name = `${hit === 'refuses' ? '✕ ' : ''}${label}`;
  const where = inside ? '' : at < place.from ? ' ◂' : ' ▸';
  const dated = `${name} ${inside ? '' : utc(at).slice(0, 16)}${where}`;
  const said = !inside && dated.length * CHARACTER + 40 < place.right - place.left ? dated : name + where;
  const width = said.length * CHARACTER + 10;
  const right = end + width < place.right;
  const seen = blur / place.perPixel;
  return drawn('g', { class: 'water', 'data-hit': hit, 'data-rule': rule },
    drawn('rect', { class: 'depth', x: place.left, y, width: Math.max(0, end - place.left), height: LANE - 2 }),
    seen > 2 && inside && drawn('rect', { class: 'blur', x: end, y, width: Math.min(seen, place.right - end), height: LANE - 2 }),
    at !== null && inside && drawn('path', { class: 'mark', d: `M${end} ${y - 3}v${LANE + 3}` }),
    drawn('text', { class: 'label', x: right ? end + 6 : Math.max(place.left + 4, end - 6), y: y + 13, 'text-anchor': right || end - 6 < width ? 'start' : 'end' }, said));
}
