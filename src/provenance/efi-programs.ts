import { ARCHITECTURES } from '../artifacts/architectures.js';
import type { Architecture } from '../artifacts/architectures.js';
import { prebuiltDigest } from '../artifacts/prebuilt.js';
import type { PrebuiltProgram } from '../artifacts/prebuilt.js';

const PROGRAMS = ['llama2.efi', 'hello.efi'] as const satisfies readonly PrebuiltProgram[];

/**
 * Which of the UEFI applications that ship with zosia has a digest.
 *
 * @throws ZosiaError as `prebuiltDigest`
 */
export async function efiProgram(
  sha256: string,
): Promise<{ readonly program: PrebuiltProgram; readonly arch: Architecture } | undefined> {
  for (const arch of ARCHITECTURES) {
    for (const program of PROGRAMS) {
      if ((await prebuiltDigest(arch, program)) === sha256) return { program, arch };
    }
  }
  return undefined;
}
