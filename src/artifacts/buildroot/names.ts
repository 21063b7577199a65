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

/** Where they lie in an output, and in the folder that Buildroot is built in. */
export const OUTPUT_FOLDERS: readonly string[] = ['images', '', 'output/images'];

/** What else Buildroot may make of a kernel or a root file system, and zosia does not take. */
const OTHER_KERNEL = /^(?:Image\.\w+|[uz]Image|vmlinu[xz](?:\.\w+)?|fitImage)$/;
const OTHER_ROOTFS = /^rootfs\.\w+(?:\.\w+)?$/;

const TAKEN: readonly string[] = [...Object.values(KERNEL_NAMES), ...ROOTFS_NAMES];

/** Whether it is a name that Buildroot gives to a kernel or a root file system. */
export const isOutputName = (name: string): boolean =>
  TAKEN.includes(name) || OTHER_KERNEL.test(name) || OTHER_ROOTFS.test(name);

/** A file of an output that may be taken. */
export interface Candidate {
  /** As `images/Image`, with the folder that an archive has before it; printable, see `escapeName`. */
  readonly path: string;
  readonly name: string;
}

export interface Chosen<Found extends Candidate> {
  readonly kernel?: Found | undefined;
  readonly rootfs?: Found | undefined;
  /** A sentence for each that Buildroot has made in no form that is taken. */
  readonly notes: readonly string[];
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
  const notes = notesOn(found, { hasKernel: kernels.length > 0, hasRootfs: rootfs.length > 0 });
  if (kernels.length + rootfs.length === 0) throw empty(origin, arch, notes);
  return { kernel: kernels[0], rootfs: rootfs[0], notes };
}

const KERNEL_ADVICE = 'let Buildroot make an Image (aarch64) or a bzImage (x86_64)';
const ROOTFS_ADVICE = 'let Buildroot make a cpio archive, too: BR2_TARGET_ROOTFS_CPIO';
const PACKING_ADVICE = 'let Buildroot pack it with gzip, zstd, xz or lz4, or leave it unpacked';

function notesOn(
  found: readonly Candidate[],
  { hasKernel, hasRootfs }: { hasKernel: boolean; hasRootfs: boolean },
): string[] {
  const matching = (pattern: RegExp): string[] =>
    found.filter(({ name }) => pattern.test(name)).map(({ path }) => path);
  const notes: string[] = [];
  const kernels = matching(OTHER_KERNEL);
  if (!hasKernel && kernels.length > 0) notes.push(note(kernels, KERNEL_ADVICE));
  const rootfs = matching(OTHER_ROOTFS);
  if (!hasRootfs && rootfs.length > 0) {
    const isPacked = rootfs.some((path) => /rootfs\.(?:cpio|tar)\./.test(path));
    notes.push(note(rootfs, isPacked ? PACKING_ADVICE : ROOTFS_ADVICE));
  }
  return notes;
}

const note = (paths: readonly string[], advice: string): string =>
  `${enumerated(paths, ', ')} ${paths.length === 1 ? 'is' : 'are'} of no use here: ${advice}.`;

/** How many paths a message names. */
const MAX_NAMED = 4;

/** The first of them, and how many more there are. */
function enumerated(paths: readonly string[], separator: string): string {
  const named = paths.slice(0, MAX_NAMED).join(separator);
  return paths.length > MAX_NAMED ? `${named} and ${paths.length - MAX_NAMED} more` : named;
}

/** The error for more candidates than are looked at. */
export function tooMany(origin: string, found: readonly Candidate[]): ZosiaError {
  const [first, second] = found;
  return new ZosiaError(
    'ZOSIA_BUILDROOT_AMBIGUOUS',
    `${origin} has more than ${found.length} files that may be a kernel or a root file system, as ${first!.path} and ${second!.path}`,
    { hint: 'Name one output of Buildroot: its folder, or a tar archive of it.' },
  );
}

function ambiguous(origin: string, what: string, group: readonly Candidate[]): ZosiaError {
  const [first, second, ...others] = group;
  const count = others.length === 0 ? 'two' : `${group.length}`;
  const paths = `${first!.path} and ${second!.path}`;
  return new ZosiaError(
    'ZOSIA_BUILDROOT_AMBIGUOUS',
    `${origin} has ${count} ${what}${others.length === 0 ? ':' : ', as'} ${paths}`,
    {
      hint: wording`Name the folder that has one of them, or the architecture with ${option('arch')}.`,
    },
  );
}

function empty(
  origin: string,
  arch: Architecture | undefined,
  notes: readonly string[],
): ZosiaError {
  const kernel = arch === undefined ? 'Image, bzImage' : KERNEL_NAMES[arch];
  const [first, ...more] = notes;
  return new ZosiaError(
    'ZOSIA_BUILDROOT_EMPTY',
    `${origin} has no ${kernel}, rootfs.cpio or rootfs.tar of Buildroot's`,
    {
      hint:
        first === undefined
          ? "Name Buildroot's output folder, which has images/ in it, or a tar archive of it."
          : [first, ...more],
    },
  );
}
