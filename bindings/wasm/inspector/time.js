// Moments and spans in words. Times are milliseconds since 1970; everything is said in UTC, as tokens mean it.

const UNITS = [
  ['year', 31_556_952_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];
/** The last whole second of the year 9999: what a rule or a clock can say at the latest. */
export const LAST = 253_402_300_799_000;

/** What can be said of a token's number: no year after 9999, none before 1970. */
export const isMoment = (at) => Number.isFinite(at) && at >= 0 && at <= LAST + 999;

/** 2026-11-20 10:00:00 UTC; milliseconds only where there are some. */
export function utc(at) {
  const [day, time] = new Date(at).toISOString().split('T');
  return `${day} ${time.replace('.000Z', '').replace('Z', '')} UTC`;
}

/** RFC 3339, as a rule or the field of `now` takes it. */
export const rfc3339 = (at) => new Date(at).toISOString().replace('.000Z', 'Z');

/** "3 hours 12 minutes": the two greatest units. */
export function span(length) {
  let left = Math.round(Math.abs(length));
  if (left < 1000) return left === 0 ? '0 seconds' : `${left} milliseconds`;
  const words = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    else if (words.length > 0) break;
    left -= count * size;
    if (words.length === 2) break;
  }
  return words.join(' ');
}

export function relative(at, now) {
  const away = at - now;
  if (Math.abs(away) < 1000) return 'now';
  return away < 0 ? `${span(away)} ago` : `in ${span(away)}`;
}

/** Seconds since 1970 or RFC 3339; null for anything else. */
export function moment(text) {
  const written = text.trim();
  if (/^\d{1,12}(\.\d+)?$/.test(written)) {
    const at = Math.floor(Number(written) * 1000);
    return isMoment(at) ? at : null;
  }
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*([Zz]|UTC|[+-]\d\d:\d\d)$/.test(written)) return null;
  const at = Date.parse(written.replace(' UTC', 'Z').replace(/\s+/, 'T').replace(/[tz]/g, (sign) => sign.toUpperCase()));
  return isMoment(at) ? at : null;
}

const SECONDS = /(?<![\w."-])(\d{9,12}(?:\.\d{1,3})?)(?![\w"-]| s\b)/g;

const eachMoment = (text, words) =>
  text.replace(SECONDS, (seconds) => {
    const at = Math.round(Number(seconds) * 1000);
    return isMoment(at) ? words(seconds, utc(at)) : seconds;
  });

/** Texts of the library name times in seconds: here the same moments in words. */
export const inMoments = (text) => eachMoment(text, (_, words) => words);
/** The same, with the words behind the seconds: for whoever compares digits. */
export const withMoments = (text) => eachMoment(text, (seconds, words) => `${seconds} (${words})`);
