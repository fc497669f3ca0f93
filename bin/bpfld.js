#!/usr/bin/env node
import module from 'node:module';

// Node 22 and later keep the compiled program between runs.
module.enableCompileCache?.();
const { run } = await import('../dist/bpfld.js');
await run();
