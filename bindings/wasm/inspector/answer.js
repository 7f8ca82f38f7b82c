// The HTTP answer that an API gives, and what its client should do.

import { byId } from './element.js';
import { listed, remedy, STATUS } from './words.js';

export function showAnswer({ answer, unproven, asked }) {
  byId('answer').hidden = answer === null;
  if (answer === null) return;
  const open = asked.assumed.filter((name) => name !== 'algorithms');
  const lacks = unproven ? ['the keys'] : answer.rejection === null ? open : [];
  byId('answer-http').textContent = lacks.length > 0 ? `not known without ${listed(lacks)}` : http(answer);
  byId('answer-remedy').textContent = lacks.length > 0
    ? 'Say what your API has: then this is its answer, header for header.'
    : answer.rejection === null
      ? 'The request goes on to the route.'
      : `${remedy(answer.rejection)}${open.length > 0 ? ` So far as was asked: ${listed(open)} may refuse it before.` : ''}`;
}

function http({ rejection }) {
  if (rejection === null) return `HTTP/1.1 200 ${STATUS[200]}`;
  const headers = Object.entries(rejection.headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${rejection.status} ${STATUS[rejection.status] ?? ''}`, ...headers].join('\n');
}
