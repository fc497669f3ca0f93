/**
 * Maps that the kernel does not create, under each loader: LIBBPF-020, AYA-047, AYA-048 and CILIUM-019 tell of those
 * that are refused, in the loader's own words, and of no other.
 */
import { expect, test } from 'vitest';
import { check } from '../../src/check.ts';
import { kernelMapCases } from '../profiles/kernel-maps/cases.ts';
import { type AyaVersion, ayaLoad } from './support/aya.ts';
import { ciliumLoadBytes, refusal } from './support/cilium.ts';
import { describeLoaders } from './support/environment.ts';
import { libbpfOpenBytes } from './support/libbpf-open.ts';
import { quotationPattern } from './support/quotation.ts';

function ayaSays(bytes: Uint8Array, version: AyaVersion): string | undefined {
  const loaded = ayaLoad(bytes, version);
  return loaded.ok ? undefined : loaded.error;
}

function libbpfSays(bytes: Uint8Array): string | undefined {
  const { loaded, log } = libbpfOpenBytes(bytes, 'newest');
  return loaded ? undefined : log;
}

const loaders = [
  ['libbpf', libbpfSays],
  ['aya', (bytes: Uint8Array) => ayaSays(bytes, '0.6')],
  ['aya@0.3', (bytes: Uint8Array) => ayaSays(bytes, '0.3')],
  ['cilium', (bytes: Uint8Array) => refusal(ciliumLoadBytes(bytes, { load: true }))],
] as const;

describeLoaders('maps that the kernel does not create', () => {
  for (const [profile, says] of loaders) {
    test.each(kernelMapCases.map(({ name, object }) => [name, object] as const))(
      `${profile}: %s`,
      (_, object) => {
        const bytes = object();
        const { diagnostics } = check({ file: { path: 'map.o', bytes }, profile });
        const said = says(bytes);
        expect([said, diagnostics.length > 0]).toEqual([said, said !== undefined]);
        for (const { code, says } of diagnostics) {
          const isAbout = /^(LIBBPF-020|AYA-047|AYA-048|CILIUM-019)$/.test(code);
          if (isAbout) expect(said).toMatch(quotationPattern(says!.text));
        }
      },
    );
  }
}, ['aya-load', 'cilium-load']);
