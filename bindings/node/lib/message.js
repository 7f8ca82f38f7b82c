'use strict';

const { MessageRefused } = require('./errors.js');
const { native } = require('./calls.js');
const { configured, names, spelled } = require('./names.js');
const { bytes, json, object, text } = require('./convert.js');
const { Rule, lent } = require('./rule.js');

/** What to answer, as the addon said it. */
const replyOf = (reply) => Object.freeze({ ...reply, headers: Object.freeze(Object.fromEntries(reply.headers)) });

const replyFrom = (json) => replyOf(JSON.parse(json));

/** What the addon said of a message, with the reply that goes with it; or why it was refused. */
function answered(json) {
  const said = JSON.parse(json);
  if (said.reply !== null) said.reply = replyOf(said.reply);
  return Object.hasOwn(said, 'code') ? new MessageRefused(said) : said;
}

/** The same; a refusal is thrown. */
function taken(json) {
  const said = answered(json);
  if (said instanceof MessageRefused) throw said;
  return said;
}

/** The rules of a message, each from its own text. */
const rulesFrom = (rules) => Object.freeze(rules.map((rule) => Rule.fromJson(rule)));

/** The body of a request: bytes, or text. */
const body = (given) => (typeof given === 'string' ? new TextEncoder().encode(text(given, 'body')) : bytes(given, 'body', 'a string or a Uint8Array'));

/** What the addon makes of a bag of options. */
const fromOptions = (all, make) =>
  configured(names(all), make, object(all.map(([name, value]) => [spelled(name), json(value, name)]), 'options'));

/** A set of the keys that were given. */
const setOf = (keys) => native.keySet(keys, false);

/** Uses such a set for one call. */
const withSet = (keys, use) => lent(setOf(keys), use);

module.exports = { answered, body, fromOptions, replyFrom, rulesFrom, setOf, taken, withSet };
