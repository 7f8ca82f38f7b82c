'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');
const { platform } = require('./platform.js');
const { version } = require('../package.json');

/** The addon of a file or a package, if there is one. */
function found(load, path, name) {
  try {
    return load(path);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw new Error(`the addon for ${name} is there and does not load: ${error.message}`, { cause: error });
  }
}

/** The addon: one that was built here, else that of the package for this platform. */
function load() {
  const name = platform();
  const file = path.join(__dirname, '..', `lowwater.${name}.node`);
  const load = createRequire(__filename);
  const addon = found(load, file, name) ?? found(load, `@lowwater/node-${name}`, name);
  if (addon === undefined) {
    throw new Error(`lowwater has no addon for ${name}: install @lowwater/node-${name} (an optional dependency, which ` +
      '`npm install --omit=optional` leaves out), or build it');
  }
  const its = typeof addon.version === 'function' ? addon.version() : 'another one';
  if (its !== version) {
    throw new Error(`the addon for ${name} is of version ${its}, and lowwater is of version ${version}: install both anew, or build it`);
  }
  return addon;
}

module.exports = load();
