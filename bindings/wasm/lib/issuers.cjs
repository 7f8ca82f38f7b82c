'use strict';

// The calls of what stands beside tokens, in the form in which the classes know them from the addon for Node: the module
// has no clock, and takes no array of its objects.
const wasm = require('#wasm');

/** Hands lists to `use`, one by one. */
function withLists(lists, use) {
  const all = new wasm.ManyLists();
  for (const one of lists) all.add(one);
  const came = use(all); // What failed is left to the collector.
  all.free();
  return came;
}

/** These calls, each with the time behind what it is given. */
const atTime = (now, names) => Object.fromEntries(names.map((name) => [name, (...given) => wasm[name](...given, now())]));

module.exports = (now) => ({
  ...atTime(now, [
    'issuersRenewed', 'issuersPoll', 'issuersFailed', 'issuersHydrate', 'issuersFaults', 'issuersAnswered', 'issuersReceiveLogout',
    'issuersReceiveEvents', 'eventPollPoll', 'eventPollAnswered', 'eventPollFailed', 'eventPollRead', 'eventPollWait',
  ]),
  issuersAsk: (issuers, token, rules, at, within) => wasm.issuersAsk(issuers, token, rules, at, within, now()),
  issuersFromJson: (policy, sources, lists, memoBytes) => withLists(lists, (all) => wasm.issuersFromJson(policy, sources, all, memoBytes)),
  rulesWithStatus: (rules, lists) => withLists(lists, (all) => wasm.rulesWithStatus(rules, all)),
});
