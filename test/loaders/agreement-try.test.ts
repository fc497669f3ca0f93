// Temporary: writes /tmp/h/disagreements.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { verdictCases } from './support/verdict-cases.ts';
import { realLoaders, type Verdict } from './support/verdict-loaders.ts';
import { isBad, isFor, predicted, verdictOf } from './support/verdict-table.ts';
test('x', () => {
  const store = '/tmp/h/real.json';
  const real: Record<string, Verdict> = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {};
  const owners: Record<string, string[]> = {};
  for (const loader of realLoaders)
    for (const one of verdictCases) {
      if (!isFor(one, loader) || one.exception) continue;
      const v = (real[`${one.object} ${loader.profile}`] ??= verdictOf(one, loader));
      let found: string[];
      try { found = predicted(one, loader).map((d) => `${d.code}: ${d.message}`); } catch (e) { found = [`THROWN ${(e as Error).stack?.split('\n').slice(0,4).join(' ')}`]; }
      if (isBad(v) === found.length > 0 && !found[0]?.startsWith('THROWN')) continue;
      const said = v.kind === 'refused' ? v.says.trim().split('\n').filter((x) => !/^\s*\d+: \(|^processed|^func#|^R\d|^;|^libbpf: (loading|elf: section|license|map|sec '.*': found|BTF debug|CO-RE)|^ - |^\s*$|^\[\d+\]|^\t|^(magic|version|flags|hdr_len|type_|str_|btf_total)/.test(x)).slice(0, 5).join(' | ').slice(0, 400) : v.kind === 'wrong' ? `wrong: right ${one.returns}, got ${v.got}` : v.kind;
      (owners[loader.profile] ??= []).push(`- ${one.object}.o (${one.title}): real: ${v.kind}: ${said}\n  check: ${found.join(' ; ') || 'no error'}`);
    }
  writeFileSync(store, JSON.stringify(real));
  const n = Object.values(owners).flat().length;
  writeFileSync('/tmp/h/disagreements.md', `# Where check and the real loader disagree: ${n} (${new Date().toISOString()})\nObjects are in fixtures/verdicts/. Reproduce: npx vitest run --project loaders test/loaders/agreement.test.ts -t 'NAME-OF-OBJECT'; this list anew in 5 s: npx vitest run --project loaders test/loaders/agreement-try.test.ts\nWanted: an error where the real loader or kernel refuses, or is silently wrong; none where it loads right.\nNotes: byte order: loader.host (src/model/rule.ts) is there now; errors where it is another (as TC-001), please: LIBBPF-001, CILIUM-0xx, AYA-042. - ELF-006 is bpfld's reader; left as it is. - aya 0.3 on 34: the kernel refuses BTF with a FUNC of linkage extern (outside of .ksyms), so no records go with it: kernelRefusals lacks that; in 12 I changed the addend of a call behind a FUNC symbol to (imm + 1) * 8 in code-references.ts. - cilium 15: two GLOBAL aliases of a map: "missing map". - cilium 0.13/0.20, 30: func_info of a loser counts. - CILIUM-015 on 05: the loader names program program, the quotation program add.\n\n${Object.entries(owners).map(([k, v]) => `## ${k}\n${v.join('\n')}\n`).join('\n')}`);
}, 600000);
