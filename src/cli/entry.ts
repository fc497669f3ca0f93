/** The program: what `bin/bpfld.js` runs. */
import { nodeHost } from '../host.ts';
import { link } from '../link.ts';
import { libbpf, profiles } from '../profiles/index.ts';
import { shippedScripts } from '../profiles/shipped-scripts.ts';
import { type Core, main } from './main.ts';

/** What is not in the same file as the link. */
export type Commands = Pick<Core, 'loadHelp' | 'loadInspect'>;

/** Sets the exit code and returns, so that output still on its way is not cut off. */
export async function run({ loadHelp, loadInspect }: Commands): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), nodeHost(), {
    loadHelp,
    loadInspect,
    link,
    scripts: shippedScripts,
    profiles,
    defaultScript: libbpf.script,
  });
}
