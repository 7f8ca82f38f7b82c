// The HTTP answer that an API gives, and what its client should do.

import { byId } from './element.js';
import { remedy, STATUS } from './words.js';

export function showAnswer({ answer, unproven }) {
  byId('answer').hidden = answer === null;
  if (answer === null) return;
  byId('answer-http').textContent = unproven ? 'not known without the keys' : http(answer);
  byId('answer-remedy').textContent = unproven
    ? 'Give the keys that your API has: then this is its answer, header for header.'
    : answer.rejection === null
      ? 'The request goes on to the route.'
      : remedy(answer.rejection);
}

function http({ rejection }) {
  if (rejection === null) return `HTTP/1.1 200 ${STATUS[200]}`;
  const headers = Object.entries(rejection.headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${rejection.status} ${STATUS[rejection.status] ?? ''}`, ...headers].join('\n');
}
