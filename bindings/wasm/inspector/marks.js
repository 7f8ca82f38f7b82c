// What stands on the time line: the token's times, the bands of leeway, the rules as low-water marks. Times in ms.

import { isMoment } from './time.js';

const SHOWN_RULES = 8;

/** `{ points, bands, waters, hidden }` */
export function marksOf({ times, policy, hits }) {
  const leeway = spanOf(policy.leeway, 60_000);
  const points = [
    point('auth_time', times.auth_time, 'logged in', 'session'),
    point('iat', times.iat, 'issued', 'token'),
    point('nbf', times.nbf !== times.iat ? times.nbf : undefined, 'not before', 'token'),
    point('exp', times.exp, 'expires', 'end'),
  ];
  const session = spanOf(policy.max_session, null);
  if (session !== null && times.auth_time !== undefined) points.push(point('session-end', times.auth_time + session, 'longest session ends', 'end'));
  const age = spanOf(policy.max_age, null);
  if (age !== null && times.iat !== undefined) points.push(point('age-end', times.iat + age, 'too old from', 'end'));
  const waters = hits.filter(({ rule }) => rule !== null && rule !== undefined).map(water).filter((mark) => mark !== null);
  return {
    points: points.filter((mark) => mark !== null),
    bands: bandsOf(times, leeway),
    waters: waters.slice(0, SHOWN_RULES),
    hidden: Math.max(0, waters.length - SHOWN_RULES),
  };
}

function spanOf(seconds, otherwise) {
  return typeof seconds === 'number' && seconds >= 0 && seconds < 1e9 ? seconds * 1000 : otherwise;
}

const point = (id, at, label, kind) => (at !== undefined && isMoment(at) ? { id, at, label, kind } : null);

function bandsOf({ iat, nbf, exp }, leeway) {
  const begin = nbf ?? iat;
  if (exp === undefined || !isMoment(exp)) return [];
  const bands = [{ id: 'after', kind: 'leeway', from: exp, to: exp + leeway }];
  if (begin === undefined || !isMoment(begin) || begin >= exp) return bands;
  return [{ id: 'valid', kind: 'valid', from: begin, to: exp }, { id: 'before', kind: 'leeway', from: Math.max(0, begin - leeway), to: begin }, ...bands];
}

const LABELS = { issued_before: 'nothing issued before', authenticated_before: 'no login before', revoked: 'revoked until', suspended: 'suspended' };

/** A cutoff of a whole second cannot tell tokens of that second apart: `blur` is how wide the mark is. */
function water({ rule, hit }) {
  const written = rule.at ?? rule.until;
  const at = typeof written === 'number' ? written * 1000 : typeof written === 'string' ? Date.parse(written) : NaN;
  const low = at + (typeof rule.skew_guard === 'number' ? rule.skew_guard * 1000 : 0);
  const label = LABELS[rule.rule] ?? rule.rule;
  if (!isMoment(low)) return rule.rule === 'suspended' && rule.on === false ? null : { at: null, label: written === 'never' ? 'revoked for good' : label, rule: rule.rule, hit, blur: 0 };
  const blur = Number.isInteger(written) && rule.rule !== 'revoked' ? 1000 : 0;
  return { at: low, label, rule: rule.rule, hit, blur };
}

/** In words, for who does not see the drawing. */
export const momentsOf = ({ points, waters }) =>
  [...points.map(({ at, label }) => [label, at]), ...waters.filter(({ at }) => at !== null).map(({ at, label }) => [label, at])];
