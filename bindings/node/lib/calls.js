'use strict';

const { ConfigError } = require('./errors.js');
const addon = require('./native.js');

/** A mistake that the core found, as the error that users know. */
const mistake = (error) => new ConfigError(error.message, error.code);

/** A function of the addon; what it throws is a mistake. */
const calling = (call) => (...given) => {
  try {
    return call(...given);
  } catch (error) {
    throw mistake(error);
  }
};

const native = Object.fromEntries(Object.entries(addon).map(([name, call]) => [name, calling(call)]));

module.exports = { addon, mistake, native };
