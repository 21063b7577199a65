import type { Architecture } from '../artifacts/architectures.js';
import type { Lock } from '../artifacts/lock.js';
import { snapshotUrl } from '../artifacts/snapshot-transport.js';
import { escapePoolPath } from '../artifacts/transport.js';
import { readKernelRecord } from '../toolchain/kernel/record.js';
import type { PartPackage } from './spdx.js';

/** Linux is under version 2 of the GPL, with the exception for programs that call it. */
export const KERNEL_LICENCE = 'GPL-2.0-only WITH Linux-syscall-note';

/** What Debian's package of the kernel's source is called. */
export const KERNEL_SOURCE_NAME = 'linux-source-6.1';

/**
 * The source of the kernel that ships with zosia, as it was recorded when the kernel was compiled. Its version
 * and place are known where the lock still has it.
 *
 * @throws ZosiaError as `readKernelRecord`
 */
export async function kernelSourceOf(arch: Architecture, lock: Lock): Promise<PartPackage> {
  const { sourceSha256 } = (await readKernelRecord())[arch];
  const locked = lock.components['kernel-source'][arch].find(
    ({ sha256 }) => sha256 === sourceSha256,
  );
  return {
    name: KERNEL_SOURCE_NAME,
    version: locked?.version,
    fileName: locked?.poolPath.split('/').at(-1),
    supplier: 'Organization: Debian',
    downloadLocation:
      locked && `${snapshotUrl(lock.snapshot[locked.suite])}${escapePoolPath(locked)}`,
    sha256: sourceSha256,
    licence: KERNEL_LICENCE,
    comment: locked ? undefined : 'The lock has another version by now.',
    purpose: 'SOURCE',
  };
}
