/**
 * The linker, as a table of contents: one line a pass, in the order in which they run.
 *
 * Bytes go in and bytes come out; nothing here touches a file, a clock or the environment, so the same
 * input gives the same output everywhere. A pass reports what it finds wrong and goes on; at each
 * boundary the link stops if there were errors.
 */
import { DiagnosticSink } from './diag/diagnostic.ts';
import { writeElf } from './elf/write.ts';
import type { LinkOptions, LinkResult } from './link-types.ts';
import { codeChanges } from './lowerings/code-changes.ts';
import { describeLegacyMaps } from './lowerings/described-maps.ts';
import { putLegacyMaps } from './lowerings/legacy-maps.ts';
import { lowerCode } from './lowerings/lower-code.ts';
import { describesMaps } from './lowerings/maps/described-definitions.ts';
import { putInnerMapsFirst } from './lowerings/maps/inner-maps-first.ts';
import { inInput } from './model/origins.ts';
import { OutputSymbols } from './model/output-symbols.ts';
import { LinkState } from './model/state.ts';
import { allocateCommons } from './passes/allocate-commons.ts';
import { applySettings } from './passes/apply-settings.ts';
import { assignOffsets } from './passes/assign-offsets.ts';
import { checkCommands } from './passes/check-commands.ts';
import { checkConfiguration } from './passes/check-configuration.ts';
import { checkDeclarations } from './passes/check-declarations.ts';
import { completeRecords } from './passes/complete-records.ts';
import { declareSymbols } from './passes/declare-symbols.ts';
import { defineScriptSymbols } from './passes/define-script-symbols.ts';
import { emitImage } from './passes/emit-image.ts';
import { emitTypes } from './passes/emit-types.ts';
import { forgetExterns } from './passes/forget-externs.ts';
import { ingest } from './passes/ingest.ts';
import { markProducer } from './passes/mark-producer.ts';
import { mergeConstants } from './passes/merge-constants.ts';
import { mergeTypes } from './passes/merge-types.ts';
import { moveRecords } from './passes/move-records.ts';
import { noteCoreRelocations } from './passes/note-core-relocations.ts';
import { placeSections } from './passes/place-sections.ts';
import { readTypes } from './passes/read-types.ts';
import { relocate } from './passes/relocate.ts';
import { resolveSymbols } from './passes/resolve-symbols.ts';
import { selectCopies } from './passes/select-copies.ts';
import { verifyImage } from './passes/verify-image.ts';
import { readRequest } from './request.ts';

/** Thrown at a boundary, caught by `link`: the diagnostics say the rest. */
class Stop extends Error {}

/**
 * Links objects into one. Faults of the inputs, the script and the settings are diagnostics, never thrown;
 * where one is an error there is no output. What is thrown is a fault of bpfld itself.
 */
export function link(options: LinkOptions): LinkResult {
  const sink = new DiagnosticSink();
  try {
    return { output: run(options, sink), diagnostics: sink.all };
  } catch (thrown) {
    if (thrown instanceof Stop) return { output: undefined, diagnostics: sink.all };
    throw thrown;
  }
}

function run(options: LinkOptions, sink: DiagnosticSink): Uint8Array {
  const stopOnErrors = (): void => {
    if (sink.hasErrors) throw new Stop();
  };

  // What is asked for, and the inputs as tables.
  const { script, profile, loader, lowering } = readRequest(options, sink);
  const files = ingest(options.inputs, sink);
  stopOnErrors(); // no new files after here

  // One definition for each name.
  const exclusions = selectCopies(files, sink);
  const symbols = resolveSymbols(files, exclusions, sink);
  const state = new LinkState(files, symbols, exclusions);
  allocateCommons(state, sink);
  defineScriptSymbols(state, script, sink);
  checkCommands(state, script, sink);
  state.mapTypes = readTypes(profile.keepBtf ? files : files.filter(describesMaps), sink);
  if (profile.keepBtf) {
    state.types = state.mapTypes;
    checkDeclarations(state, sink);
  } else {
    noteCoreRelocations(files, profile.name, sink);
    checkConfiguration(state, profile.name, sink);
  }
  stopOnErrors(); // every name has its definition, and its declarations agree

  // The user's values, and the script's rules.
  applySettings(state, options.settings ?? [], sink);
  const plan = placeSections(state, script, options.orphanHandling ?? 'place', sink);
  if (profile.keepUndefined) markProducer(state, plan);
  stopOnErrors(); // every input section has its place

  // Equal constants once. Then what the loader cannot do; lower-code.ts has the contents of that part.
  mergeConstants(state, plan, { tails: !profile.keepUndefined });
  const tailSections = lowering.calls === 'copy';
  putLegacyMaps(state, plan, { normalise: profile.legacyMaps, tailSections }, sink);
  describeLegacyMaps(state, plan, sink);
  putInnerMapsFirst(state, plan);
  if (codeChanges(state, profile, lowering)) {
    lowerCode(state, plan, profile, lowering, sink);
  }
  stopOnErrors(); // code and data are what they will be

  // Offsets, references, bytes.
  const layout = assignOffsets(state, plan, profile, sink);
  stopOnErrors(); // layout is fixed
  const outputSymbols = new OutputSymbols(state, layout, profile);
  const relocated = relocate(state, layout, outputSymbols, profile, sink);
  forgetExterns(state, outputSymbols);
  stopOnErrors();

  // Types once, declared as the output's symbols have them; records moved with the code.
  const merged = mergeTypes(state.types);
  declareSymbols(state, layout, merged, profile);
  const moved = moveRecords(state, layout, relocated, merged);
  const records = completeRecords(state, layout, merged, moved);
  const types = emitTypes(state, merged, records);
  const image = writeElf(emitImage(state, layout, relocated, outputSymbols, types, profile));

  // The loader's own rules, on the finished object.
  verifyImage(image, profile.rules, loader, (place) => inInput(place, state, layout), sink);
  stopOnErrors();
  return image;
}
