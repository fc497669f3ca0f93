#!/usr/bin/env bash
# `npm run test:loaders [-- VITEST ARGUMENTS]`: the tests that load what bpfld links into the real loaders.
# Installs the loaders first. Where that is not possible the tests are skipped and say why, unless CI=true or
# BPFLD_REQUIRE_LOADERS=1.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! bash tools/install-loaders.sh </dev/null; then
  if [ "${CI:-}" = true ] || [ "${BPFLD_REQUIRE_LOADERS:-}" = 1 ]; then exit 1; fi
  echo 'test-loaders: going on without the loaders' >&2
fi
# The tests run bin/bpfld.js: it must be what the sources say.
npm run --silent build
exec npx vitest run --project loaders "$@"
