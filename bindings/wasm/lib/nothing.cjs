'use strict';

// In the place of a part that this package does not have.
module.exports = {};
