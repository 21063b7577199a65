import { posix } from 'node:path';
import { listFiles } from '../inspect/list.js';
import type { ListedFile } from '../inspect/list.js';
import { openImage } from '../inspect/open-image.js';
import type { OpenImage } from '../inspect/open-image.js';
import type { RandomAccess } from '../image/random-access.js';
import { sliceAccess } from '../image/slice-access.js';
import { embeddedModelDigest } from '../recipes/embedded-model.js';
import { APPLICATION_PATHS } from '../recipes/efi/entries.js';
import { digestAccess } from './digest-access.js';
import type { OnRead } from './digest-access.js';
import { efiProgram } from './efi-programs.js';
import { digestedPart } from './header-bytes.js';
import type { DiskImage, DiskImageInput } from './image-manifest.js';
import type { ProvenanceFindings } from './provenance-report.js';

export interface CheckDiskFilesOptions {
  /** See `OpenVmdkOptions`. */
  readonly allowOutside?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRead?: OnRead | undefined;
}

/** Folders of a file system that nobody puts there. */
const BUILT_IN: readonly string[] = ['/lost+found'];

/** What zosia puts on an EFI disk beside applications lies in its root; firmware starts none of it. */
const EFI_DATA = /^\/[^/]+(?<!\.efi|\.nsh)$/i;

/**
 * Compares the files on a disk, as its file system has them, with the digests in its manifest, and UEFI
 * applications with those that ship.
 *
 * @throws ZosiaError as `openImage`, and what reading a damaged file system throws
 */
export async function checkDisk(
  path: string,
  { inputs, product }: DiskImage,
  findings: ProvenanceFindings,
  options: CheckDiskFilesOptions,
): Promise<void> {
  const fileSystem = product === 'model-disk' ? 'ext4' : 'fat';
  const image = await openImage(path, { allowOutside: options.allowOutside, fileSystem });
  try {
    const files = inputs.filter(({ partition }) => partition === undefined);
    const known = new Map(files.map((input) => [input.path, input]));
    const missing = new Set(known.keys());
    for await (const file of listFiles(await image.tree(), '/', true)) {
      options.signal?.throwIfAborted();
      missing.delete(file.path);
      await checkEntry(image, file, { product, known }, findings, options);
    }
    for (const input of inputs.filter(({ partition }) => partition !== undefined)) {
      options.signal?.throwIfAborted();
      const file = partitionAccess(image, input);
      if (file) await checkFile(file, input, product, findings, options);
      else missing.add(input.path);
    }
    for (const gone of missing) findings.problem('missing', gone, 'it is not on the disk');
  } finally {
    await image.close();
  }
}

/** A partition that is a file: that ends before the partition does. */
function partitionAccess(
  { disk, table }: OpenImage,
  { partition, sizeBytes }: DiskImageInput,
): RandomAccess | undefined {
  const found = table?.partitions.find(({ number }) => number === partition);
  if (!found || found.sizeBytes < sizeBytes) return undefined;
  return sliceAccess(disk, found.offset, sizeBytes);
}

async function checkEntry(
  image: OpenImage,
  { path, type, target = '' }: ListedFile,
  {
    product,
    known,
  }: {
    readonly product: DiskImage['product'];
    readonly known: ReadonlyMap<string, DiskImageInput>;
  },
  findings: ProvenanceFindings,
  options: CheckDiskFilesOptions,
): Promise<void> {
  const input = known.get(path);
  if (type === 'file' && input) {
    await checkFile(await image.access(path), input, product, findings, options);
  } else if (type === 'directory') {
    const isNeeded = [...known.keys()].some((each) => each.startsWith(`${path}/`));
    if (!isNeeded && !BUILT_IN.includes(path)) findings.noOrigin(path);
  } else if (type !== 'symlink' || !known.has(posix.resolve(posix.dirname(path), target))) {
    findings.noOrigin(path, 'the manifest does not have it');
  }
}

async function checkFile(
  file: RandomAccess,
  input: DiskImageInput,
  product: DiskImage['product'],
  findings: ProvenanceFindings,
  { signal, onRead }: CheckDiskFilesOptions,
): Promise<void> {
  const { path, sizeBytes } = input;
  if (file.sizeBytes !== sizeBytes) {
    const message = `it has ${file.sizeBytes} bytes, and the manifest says ${sizeBytes}`;
    findings.problem('file-differs', path, message);
    return;
  }
  const part = await digestedPart(file, input);
  if (!part) {
    findings.problem('file-differs', path, 'it has no header of a model, as its manifest says');
    return;
  }
  const { endBytes } = part;
  const digest = await digestAccess(file, signal, 0, endBytes, (done) =>
    onRead?.(`reading ${path}`, done, endBytes),
  );
  if (digest !== part.sha256) {
    findings.problem('file-differs', path, 'it does not have the sha256 of its manifest');
    return;
  }
  findings.same(endBytes);
  if (endBytes < sizeBytes) findings.partly(path, { product, comparedBytes: endBytes, sizeBytes });
  await checkOrigin(path, digest, product, findings);
}

/** Programs that firmware starts ship with zosia. What else zosia puts on a disk is of the user's. */
async function checkOrigin(
  path: string,
  sha256: string,
  product: DiskImage['product'],
  findings: ProvenanceFindings,
): Promise<void> {
  if (product === 'efi-disk') {
    // In FAT, names differ in more than their case.
    if (Object.values(APPLICATION_PATHS).includes(path.toUpperCase())) {
      if (await efiProgram(sha256)) return;
      findings.problem('not-ours', path, 'it is not the one that ships with this zosia');
      return;
    }
    if (!EFI_DATA.test(path)) {
      findings.onlyByManifest(path);
      return;
    }
  }
  if ((await embeddedModelDigest()) !== sha256) findings.ofUser(path);
}
