import { mustRunApt } from './apt.js';
import type { AptRunner } from './apt.js';
import type { AptRoot } from './apt-root.js';
import { parseStanzas } from './deb822.js';
import type { PackageIndex } from './package-index.js';

/** The index of a private root of apt's, which is up to date. */
export function aptIndex(root: AptRoot, run: AptRunner): PackageIndex {
  // apt-cache fails when it knows none of the names, which a level of virtual packages may be.
  const tolerant: AptRunner = async (program, commandLine, abort) => {
    const result = await run(program, commandLine, abort);
    const noneFound = result.stderr.includes('No packages found');
    return noneFound ? { ...result, exitCode: 0, stdout: '' } : result;
  };
  return {
    async show(names, signal) {
      const args = ['show', '--no-all-versions', ...root.options, ...names];
      return parseStanzas(
        await mustRunApt(tolerant, 'apt-cache', args, 'cannot read the package index', signal),
      );
    },
  };
}
