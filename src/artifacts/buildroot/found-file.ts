import { ZosiaError } from '../../errors.js';
import { GIB, MIB } from '../../image/units.js';
import type { Candidate, Chosen } from './names.js';

/** A file of an output, by what is in it. */
export interface PinnedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A file that an output has under a name that Buildroot gives. */
export interface FoundFile extends Candidate {
  readonly sizeBytes: number;
  /** Why it cannot be taken; undefined: it can. */
  readonly problem: string | undefined;
  /** What to do about that. */
  readonly hint?: string | undefined;
  /** Copies it, whole or not at all; says what was copied. */
  copy(to: string, signal?: AbortSignal): Promise<PinnedFile>;
}

/** A kernel that has everything built in, and its debug information, has a tenth of it. */
const MAX_KERNEL_BYTES = 512 * MIB;
/** As much as a file of a cpio archive may have. */
const MAX_ROOTFS_BYTES = 4 * GIB;

/** @throws ZosiaError `ZOSIA_BUILDROOT_REFUSED` for what is too large, empty or no file */
export function checkChosen({ kernel, rootfs }: Chosen<FoundFile>): void {
  if (kernel) check(kernel, MAX_KERNEL_BYTES);
  if (rootfs) check(rootfs, MAX_ROOTFS_BYTES);
}

function check({ path, sizeBytes, problem, hint }: FoundFile, maxBytes: number): void {
  if (problem !== undefined) throw refused(`${path} ${problem}`, hint);
  if (sizeBytes === 0) throw refused(`${path} is empty`);
  if (sizeBytes > maxBytes) {
    throw refused(`${path} has ${sizeBytes} bytes, more than the ${maxBytes} allowed`);
  }
}

const OWN_OUTPUT =
  "Name Buildroot's own output, whose images/ has kernel and root file system as files.";

const refused = (what: string, hint = OWN_OUTPUT): ZosiaError =>
  new ZosiaError('ZOSIA_BUILDROOT_REFUSED', what, { hint });
