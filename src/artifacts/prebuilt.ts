import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import type { Architecture } from './architectures.js';
import { readSum, readSummedFile } from './summed-file.js';

/** The programs that ship built, one folder an architecture, each with a SHA256SUMS. */
export const PREBUILT_DIRECTORY = fileURLToPath(new URL('../../guest/prebuilt/', import.meta.url));

/** The Linux guest's PID 1, the UEFI applications, and the kernels: aarch64's, and x86_64's. */
export type PrebuiltProgram = 'init' | 'llama2.efi' | 'hello.efi' | 'Image.gz' | 'bzImage';

/** The file that has the kernel which ships with zosia. */
export const PREBUILT_KERNEL: Readonly<Record<Architecture, PrebuiltProgram>> = {
  aarch64: 'Image.gz',
  x86_64: 'bzImage',
};

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

/**
 * The sha256 of a program as the SHA256SUMS beside it has it: what is read of the program will have no other.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DAMAGED`
 */
export async function prebuiltDigest(
  architecture: Architecture,
  name: PrebuiltProgram,
  directory: string = PREBUILT_DIRECTORY,
): Promise<string> {
  return readSum(join(directory, architecture), name, damaged);
}

function damaged(message: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_GUEST_DAMAGED', message, {
    hint: 'Install zosia again; in a clone, restore guest/prebuilt with git.',
    cause,
  });
}
