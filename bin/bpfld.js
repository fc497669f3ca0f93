#!/usr/bin/env node
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { load } = require('./load.js');

// CommonJS, because the loader of modules takes some milliseconds to begin.
const dist = join(__dirname, '../dist');
const cache = join(dist, 'bpfld.cache');
const { program } = load(
  join(dist, 'bpfld.cjs'),
  existsSync(cache) ? readFileSync(cache) : undefined,
);
// To optimise the code takes V8 as long as to run it, even in a large link; to inline less is done sooner. Tried
// with this V8 only. Not before the cache is loaded, which is for the flags that it was made with.
if (process.argv.length > 100 && process.versions.v8.startsWith('11.3.')) {
  require('node:v8').setFlagsFromString('--max-inlined-bytecode-size-cumulative=200');
}
const command = (name) => async () => load(join(dist, 'commands.cjs')).program[name];
program.run({
  loadHelp: () => import('../dist/cli/help.js'),
  commands: {
    check: command('check'),
    doctor: command('doctor'),
    explain: command('explain'),
    inspect: command('inspect'),
  },
});
