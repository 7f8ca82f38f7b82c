// The runner of vectors gives some calls of the addon another meaning for a while: it is the authorization server, and its clock.
// What is published lets nobody do that, so for a test it says one line more.

/** A bundle that hands out its calls. */
export const exposed = (bundle) => `${bundle}\nexport { require_calls };\n`;

/** What stands in the place of `lib/calls.js` of the package for Node, over such a bundle. */
export const CALLS = (bundle) => `import { require_calls } from ${JSON.stringify(bundle)};\nexport default require_calls();\n`;
