'use strict';

// An entry without what stands beside tokens has no calls for it.
module.exports = () => ({});
