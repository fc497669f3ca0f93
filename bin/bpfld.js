#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from './load.js';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const cache = `${dist}bpfld.cache`;
const { program } = load(`${dist}bpfld.cjs`, existsSync(cache) ? readFileSync(cache) : undefined);
await program.run({
  loadHelp: () => import('../dist/cli/help.js'),
  loadInspect: () => import('../dist/cli/inspect.js'),
});
