'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');
const { ConfigError } = require('./errors.js');
const { platform } = require('./platform.js');

/** The addon: one that was built here, else that of the package for this platform. */
function load() {
  const name = platform();
  const file = path.join(__dirname, '..', `lowwater.${name}.node`);
  const load = createRequire(__filename);
  try {
    return load(file);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
  try {
    return load(`@lowwater/node-${name}`);
  } catch (error) {
    const text = `lowwater has no addon for ${name}: install @lowwater/node-${name} (an optional dependency, which ` +
      '`npm install --omit=optional` leaves out), or build it';
    throw new Error(text, { cause: error });
  }
}

const addon = load();

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
