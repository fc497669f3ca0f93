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
program.run({
  loadHelp: () => import('../dist/cli/help.js'),
  loadInspect: () => import('../dist/cli/inspect.js'),
});
