/** The program: what `bin/bpfld.js` runs. */
import { nodeHost } from '../host.ts';
import { link } from '../link.ts';
import { libbpf } from '../profiles/index.ts';
import { shippedScripts } from '../profiles/shipped-scripts.ts';
import { type Core, main } from './main.ts';

/** What is not in the same file as the link. */
export type LoadedLater = Pick<Core, 'loadHelp' | 'commands'>;

/** Sets the exit code and returns, so that output still on its way is not cut off. */
export async function run(later: LoadedLater): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), nodeHost(), {
    ...later,
    link,
    scripts: shippedScripts,
    defaultScript: libbpf.script,
  });
}
