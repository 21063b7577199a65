import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import type { Architecture } from './architectures.js';
import { readSummedFile } from './summed-file.js';

/** The programs that ship built, one folder an architecture, each with a SHA256SUMS. */
export const PREBUILT_DIRECTORY = fileURLToPath(new URL('../../guest/prebuilt/', import.meta.url));

/** The Linux guest's PID 1, the UEFI applications, and the kernels: aarch64's, and x86_64's. */
export type PrebuiltProgram = 'init' | 'llama2.efi' | 'hello.efi' | 'Image.gz' | 'bzImage';

/**
 * A program that runs in the guest, checked against the SHA256SUMS beside it.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DAMAGED`
 */
export async function prebuiltProgram(
  architecture: Architecture,
  name: PrebuiltProgram,
  directory: string = PREBUILT_DIRECTORY,
): Promise<Uint8Array> {
  return readSummedFile(join(directory, architecture), name, damaged);
}

/**
 * The Linux guest's PID 1.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DAMAGED`
 */
export async function prebuiltInit(
  architecture: Architecture,
  directory: string = PREBUILT_DIRECTORY,
): Promise<Uint8Array> {
  return prebuiltProgram(architecture, 'init', directory);
}

function damaged(message: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_GUEST_DAMAGED', message, {
    hint: 'Install zosia again; in a clone, restore guest/prebuilt with git.',
    cause,
  });
}
