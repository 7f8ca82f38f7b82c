// A linear scale of time: from seconds to years, with ticks at round moments.

import { LAST } from './time.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * SECOND)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), [1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 7, 14, 30, 91, 182, 365, 730, 1826, 3652, 18_262, 36_524, 182_621, 365_242].map((n) => n * DAY));

/** `{ from, to, x(at), at(x) }` over `left` to `right`, in pixels. */
export function scale(from, to, left, right) {
  const perPixel = (to - from) / (right - left);
  return {
    from, to, left, right, perPixel,
    x: (at) => left + (at - from) / perPixel,
    at: (x) => from + (x - left) * perPixel,
  };
}

/** The span that shows all of these moments, with some room; never empty. */
export function spanOf(moments) {
  const from = Math.min(...moments);
  const to = Math.max(...moments);
  const room = Math.max((to - from) * 0.08, 20 * SECOND);
  return [Math.max(0, from - room), Math.min(LAST, to + room)];
}

/** Round moments, about one each `pixels`. */
export function ticks({ from, to, perPixel }, pixels = 90) {
  const step = STEPS.find((size) => size >= perPixel * pixels) ?? STEPS.at(-1);
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to && found.length < 60; at += step) found.push(at);
  return { step, found };
}

/** As short as the step allows: 10:00:05, 10:00, 11-20, 2026. */
export function tickLabel(at, step) {
  const iso = new Date(at).toISOString();
  if (step < MINUTE) return iso.slice(11, 19);
  if (step < DAY) return iso.slice(11, 16) === '00:00' ? iso.slice(5, 10) : iso.slice(11, 16);
  if (step < 100 * DAY) return iso.slice(0, 10);
  return iso.slice(0, step < 365 * DAY ? 7 : 4);
}

/** What one key press moves: a round step of about a two-hundredth of what is shown. */
export function keyStep({ from, to }) {
  return STEPS.find((size) => size >= (to - from) / 200) ?? STEPS.at(-1);
}
