import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { sha256 } from '../image/digest.js';
import type { Architecture } from './architectures.js';

/** The programs that ship built, one folder an architecture, each with a SHA256SUMS. */
export const PREBUILT_DIRECTORY = fileURLToPath(new URL('../../guest/prebuilt/', import.meta.url));

/** The Linux guest's PID 1, and the UEFI applications. */
export type PrebuiltProgram = 'init' | 'llama2.efi' | 'hello.efi';

/** The file beside the programs that has their digests. */
export const PREBUILT_SUMS = 'SHA256SUMS';

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
  const folder = `${directory.replace(/\/$/, '')}/${architecture}`;
  const [bytes, sums] = await Promise.all([
    readPart(`${folder}/${name}`),
    readPart(`${folder}/${PREBUILT_SUMS}`),
  ]);
  if (parseSums(Buffer.from(sums).toString('utf8')).get(name) !== sha256(bytes)) {
    throw damaged(`${folder}/${name} is not the file that ${PREBUILT_SUMS} names`);
  }
  return bytes;
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

/** Reads the format of `sha256sum`: a digest, a space, a space or an asterisk, a file name. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match) sums.set(match[2]!, match[1]!);
  }
  return sums;
}

async function readPart(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw damaged(`${path} cannot be read (${systemErrorCode(cause) ?? 'unknown reason'})`, cause);
  }
}

function damaged(message: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_GUEST_DAMAGED', message, {
    hint: 'Install zosia again; in a clone, restore guest/prebuilt with git.',
    cause,
  });
}
