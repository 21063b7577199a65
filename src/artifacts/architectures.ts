import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';

/** A guest machine's processor, by its name in the Linux kernel and QEMU. */
export type Architecture = 'aarch64' | 'x86_64';

/** The same processor by its name in Debian's archive. */
export type DebianArchitecture = 'arm64' | 'amd64';

export const ARCHITECTURES: readonly Architecture[] = ['aarch64', 'x86_64'];
export const DEBIAN_ARCHITECTURES: readonly DebianArchitecture[] = ['arm64', 'amd64'];

const BY_NAME: ReadonlyMap<string, Architecture> = new Map([
  ['aarch64', 'aarch64'],
  ['arm64', 'aarch64'],
  ['x86_64', 'x86_64'],
  ['x86-64', 'x86_64'],
  ['amd64', 'x86_64'],
  ['x64', 'x86_64'],
]);

/**
 * Reads an architecture by any of its common names, in either case.
 *
 * @throws ZosiaError `ZOSIA_UNKNOWN_ARCH`
 */
export function parseArchitecture(text: string): Architecture {
  const architecture = BY_NAME.get(text.trim().toLowerCase());
  if (architecture === undefined) {
    throw new ZosiaError('ZOSIA_UNKNOWN_ARCH', `unknown architecture "${text}"`, {
      hint: 'Use aarch64 (also arm64) or x86_64 (also amd64, x64).',
    });
  }
  return architecture;
}

/**
 * The architecture this process runs on.
 *
 * @param nodeArchitecture Node's name for it, as in `process.arch`
 * @throws ZosiaError `ZOSIA_UNKNOWN_ARCH` on a host no guest is built for
 */
export function hostArchitecture(nodeArchitecture: string = process.arch): Architecture {
  const architecture = BY_NAME.get(nodeArchitecture);
  if (architecture === undefined) {
    throw new ZosiaError(
      'ZOSIA_UNKNOWN_ARCH',
      `no guest has this host's architecture (${nodeArchitecture})`,
      {
        hint: wording`Choose a guest with ${option('arch', 'aarch64')} or ${option('arch', 'x86_64')}; QEMU emulates it.`,
      },
    );
  }
  return architecture;
}

export function debianArchitecture(architecture: Architecture): DebianArchitecture {
  return architecture === 'aarch64' ? 'arm64' : 'amd64';
}
