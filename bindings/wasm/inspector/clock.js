// `now`: the clock's, or a moment that was typed or dragged to.

import { byId } from './element.js';
import { fault } from './fault.js';
import { moment, rfc3339 } from './time.js';

let last = '';

/** Calls `changed` with milliseconds, or null for the live clock. */
export function listenToClock(changed) {
  byId('now').addEventListener('input', () => {
    const at = moment(byId('now').value);
    const millis = /^\d{13}$/.test(byId('now').value.trim()) ? 'these look like milliseconds; ' : '';
    fault('now', 'now-fault', at === null ? `${millis}expected seconds since 1970, or RFC 3339 such as 2026-11-20T10:00:00Z` : null);
    if (at !== null) changed(at);
  });
  // What cannot be read was never looked at: the field shows again what is.
  byId('now').addEventListener('blur', () => {
    fault('now', 'now-fault', null);
    byId('now').value = last;
  });
  byId('now-live').addEventListener('click', () => {
    fault('now', 'now-fault', null);
    changed(null);
  });
}

/** What is being typed is not overwritten. */
export function showClock(now, live) {
  const text = rfc3339(live ? Math.floor(now / 1000) * 1000 : now);
  last = text;
  const field = byId('now');
  const typing = document.activeElement === field && !live;
  if (!typing && field.value !== text && !(live && document.activeElement === field)) field.value = text;
  byId('now-live').setAttribute('aria-pressed', String(live));
}
