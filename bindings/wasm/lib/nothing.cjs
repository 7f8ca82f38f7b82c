'use strict';

// In the place of a part that this entry does not have.
module.exports = {};
