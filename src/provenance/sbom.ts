import type { StoredModel } from '../models/store/record.js';
import { basename, dirname } from 'node:path';
import { readLock } from '../artifacts/lock.js';
import type { Lock } from '../artifacts/lock.js';
import { PREBUILT_KERNEL } from '../artifacts/prebuilt.js';
import { digestFile } from '../host/digest.js';
import { lookAtFile } from '../host/host-file.js';
import { openImage } from '../inspect/open-image.js';
import { guestFiles } from '../recipes/places.js';
import { digestAccess } from './digest-access.js';
import type { OnRead } from './digest-access.js';
import { digestNote } from './digest-note.js';
import { efiProgram } from './efi-programs.js';
import { isGuestImage, readImageManifest, tryImageManifest } from './image-manifest.js';
import type { DiskImage, GuestImage, ImageManifest } from './image-manifest.js';
import { convertedFrom, filePart } from './model-part.js';
import { ownKernel, ownModel, ownProgram } from './own-part.js';
import { packagePart } from './package-part.js';
import { findPackages } from './package-sources.js';
import type { PackageSourceOptions } from './package-sources.js';
import { spdxDocument } from './spdx.js';
import type { Part, PartPackage, SpdxDocument } from './spdx.js';

export interface SbomOptions extends PackageSourceOptions {
  /** In seconds since 1970; the date of the lock's newest state of Debian's archive unless given. */
  readonly createdSeconds?: number | undefined;
  /** What the store knows of models that were pulled; nothing unless given. */
  readonly models?: readonly StoredModel[] | undefined;
  /** See `OpenVmdkOptions`. */
  readonly allowOutside?: boolean | undefined;
  /** Called while files on a disk are read. */
  readonly onRead?: OnRead | undefined;
}

/**
 * Says what an image is made of, as an SPDX 2.3 document: by the manifest beside it, the lock, the packages in
 * the cache, and the metadata of the models on it. The same image gives the same document.
 *
 * @throws ZosiaError `ZOSIA_NO_MANIFEST`, `ZOSIA_MANIFEST_DAMAGED`, those of `openImage` for a disk, and of
 *   `fetchComponents` for packages that are not in the cache
 */
export async function describeAsSpdx(path: string, options: SbomOptions): Promise<SpdxDocument> {
  const lock = options.lock ?? (await readLock());
  const manifest = await readImageManifest(path);
  const file = await lookAtFile(path);
  const image: PartPackage = {
    name: basename(path),
    fileName: basename(path),
    sha256: await digestFile(path, file.sizeBytes, options.signal),
    comment: `${KINDS[manifest.product]}, written by zosia ${manifest.versions.zosia}`,
    purpose: 'FILE',
  };
  const given = { ...options, lock };
  const { parts, notes } = isGuestImage(manifest)
    ? { parts: await guestParts(path, manifest, given), notes: [] }
    : await diskParts(path, manifest, given);
  const { sha256 } = manifest.output;
  const all =
    sha256 === undefined || sha256 === image.sha256
      ? notes
      : [`The image is not the one that its manifest, by which this goes, describes.`, ...notes];
  for (const note of all) options.warn?.(`${basename(path)}: ${note}`);
  const comment = all.length > 0 ? all.join(' ') : undefined;
  return spdxDocument(image, parts, options.createdSeconds ?? newestState(lock), comment);
}

const KINDS: Readonly<Record<ImageManifest['product'], string>> = {
  kernel: 'The kernel of a Linux guest',
  'uefi-kernel': 'The kernel of a Linux guest, for UEFI firmware',
  initramfs: 'The initramfs of a Linux guest',
  'model-disk': 'The disk with the model of a Linux guest',
  'efi-disk': 'The disk of an EFI machine',
};

type Given = SbomOptions & { readonly lock: Lock };

async function guestParts(path: string, manifest: GuestImage, given: Given): Promise<Part[]> {
  const parts = await inputParts(manifest, 'CONTAINS', given);
  if (manifest.product !== 'initramfs') return parts;
  // It runs with the kernel that was written beside it.
  const kernel = await tryImageManifest(guestFiles(dirname(path), manifest.settings.arch).kernel);
  if (kernel?.product !== 'kernel') return parts;
  return [...parts, ...(await inputParts(kernel, 'RUNTIME', given))];
}

async function inputParts(
  { inputs, settings: { arch }, versions }: GuestImage,
  relation: Part['relation'],
  given: Given,
): Promise<Part[]> {
  const packages = await findPackages(inputs, arch, given);
  const parts: Part[] = [];
  for (const { name, version, sha256 } of inputs) {
    const found = packages.find((each) => each.name === name && each.sha256 === sha256);
    if (found) {
      parts.push({ package: await packagePart(found, given.lock), relation });
    } else if (name === 'init') {
      const own = await ownProgram(name, sha256, { arch, version: versions.zosia });
      parts.push({ package: own, relation });
    } else if (name === PREBUILT_KERNEL[arch]) {
      parts.push(await ownKernel(sha256, relation, { arch, lock: given.lock }));
    } else {
      parts.push({ package: foreign(name, version, sha256), relation });
    }
  }
  return parts;
}

/** A root file system that an initramfs is layered on, or a file of another llama.cpp. */
const foreign = (name: string, version: string | undefined, sha256: string): PartPackage => ({
  name: basename(name),
  version,
  fileName: name.startsWith('/') ? name.slice(1) : undefined,
  sha256,
  comment: "A file of the user's: nothing is known of its origin.",
  purpose: 'FILE',
});

async function diskParts(
  path: string,
  { inputs, product, versions }: DiskImage,
  { models = [], signal, allowOutside, onRead }: Given,
): Promise<{ parts: Part[]; notes: string[] }> {
  const fileSystem = product === 'model-disk' ? 'ext4' : 'fat';
  const image = await openImage(path, { allowOutside, fileSystem });
  try {
    const parts: Part[] = [];
    const notes: string[] = [];
    for (const input of inputs) {
      const { path: at, name } = input;
      const file = await image.access(at);
      // What the manifest has is what was written. The document is of what is there.
      const sha256 = await digestAccess(file, signal, 0, file.sizeBytes, (done) =>
        onRead?.(`reading ${at}`, done, file.sizeBytes),
      );
      const note = await digestNote(file, sha256, input, models);
      if (note) notes.push(`${at}: ${note.text}`);
      const own = await efiProgram(sha256);
      if (own) {
        const program = { arch: own.arch, version: versions.zosia };
        const part = await ownProgram(own.program, sha256, program);
        parts.push({ package: part, relation: 'CONTAINS' });
        continue;
      }
      const record = models.find(({ files }) => files.some((each) => each.sha256 === sha256));
      const facts = { path: at, name, sha256, record, digestNote: note };
      parts.push({
        package: await ownModel(sha256, await filePart(file, facts)),
        relation: 'CONTAINS',
        generatedFrom: note?.isAltered || !record ? undefined : convertedFrom(record),
      });
    }
    return { parts, notes };
  } finally {
    await image.close();
  }
}

/** @returns seconds since 1970 */
function newestState({ snapshot }: Lock): number {
  const newest = Object.values(snapshot).sort().at(-1)!;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
    .exec(newest)!
    .map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000;
}
