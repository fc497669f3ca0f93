'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

/**
 * Loads a bundled CommonJS program, which is ASCII and requires nothing but Node, by way of V8's code cache, which halves the time that a
 * start takes. V8 refuses a cache that another version made; then, or without one, the program is compiled.
 */
exports.load = function load(file, cachedData) {
  const source = `(function (module, exports, require, __filename) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, cachedData });
  const program = { exports: {} };
  script.runInThisContext()(program, program.exports, require, file);
  return { script, program: program.exports };
};
