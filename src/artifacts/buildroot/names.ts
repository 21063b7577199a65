import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { ARCHITECTURES } from '../architectures.js';
import type { Architecture } from '../architectures.js';

/** What Buildroot calls the kernel of each architecture. */
export const KERNEL_NAMES: Readonly<Record<Architecture, string>> = {
  aarch64: 'Image',
  x86_64: 'bzImage',
};

/**
 * What it calls the root file system, the one that is taken first. Buildroot leaves `rootfs.cpio` beside
 * the packed one: that has no work for the guest. A tar has to be turned into one.
 */
export const ROOTFS_NAMES: readonly string[] = [
  ...['', '.gz', '.zst', '.xz', '.lz4'].map((ending) => `rootfs.cpio${ending}`),
  ...['', '.gz', '.zst', '.xz'].map((ending) => `rootfs.tar${ending}`),
];

/** Where they lie in an output. */
export const OUTPUT_FOLDERS: readonly string[] = ['images', ''];

/** A file of an output that may be taken. */
export interface Candidate {
  /** As `images/Image`, with the folder that an archive has before it. */
  readonly path: string;
  readonly name: string;
}

export interface Chosen<Found extends Candidate> {
  readonly kernel?: Found | undefined;
  readonly rootfs?: Found | undefined;
}

/**
 * What is taken of an output.
 *
 * @param arch the only one whose kernel is taken; either's unless given
 * @throws ZosiaError `ZOSIA_BUILDROOT_EMPTY` when neither kernel nor root file system is there,
 *   `ZOSIA_BUILDROOT_AMBIGUOUS` when one of them is there twice
 */
export function chooseOutputs<Found extends Candidate>(
  found: readonly Found[],
  origin: string,
  arch?: Architecture,
): Chosen<Found> {
  const kernelNames = ARCHITECTURES.filter((each) => each === (arch ?? each)).map(
    (each) => KERNEL_NAMES[each],
  );
  const kernels = found.filter(({ name }) => kernelNames.includes(name));
  const best = ROOTFS_NAMES.find((wanted) => found.some(({ name }) => name === wanted));
  const rootfs = found.filter(({ name }) => name === best);
  for (const [what, group] of [
    ['kernels', kernels],
    ['root file systems', rootfs],
  ] as const) {
    if (group.length > 1) throw ambiguous(origin, what, group);
  }
  if (kernels.length + rootfs.length === 0) throw empty(origin, arch);
  return { kernel: kernels[0], rootfs: rootfs[0] };
}

function ambiguous(origin: string, what: string, group: readonly Candidate[]): ZosiaError {
  const paths = group.map(({ path }) => path).join(' and ');
  return new ZosiaError('ZOSIA_BUILDROOT_AMBIGUOUS', `${origin} has two ${what}: ${paths}`, {
    hint: wording`Name the folder that has one of them, or the architecture with ${option('arch')}.`,
  });
}

function empty(origin: string, arch: Architecture | undefined): ZosiaError {
  const kernel = arch === undefined ? 'Image, bzImage' : KERNEL_NAMES[arch];
  return new ZosiaError(
    'ZOSIA_BUILDROOT_EMPTY',
    `${origin} is no output of Buildroot: it has no ${kernel}, rootfs.cpio or rootfs.tar`,
    { hint: "Name Buildroot's output folder, which has images/ in it, or a tar archive of it." },
  );
}
