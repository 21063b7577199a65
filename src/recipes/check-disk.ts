import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZosiaError } from '../errors.js';
import { shellPath } from '../shell-word.js';
import { option, wording } from '../wording.js';
import { openFileSystem } from '../inspect/file-system.js';
import { isGguf } from '../formats/gguf/layout.js';
import { isVmdkDescriptor } from '../formats/vmdk/reader.js';
import { extentFolder, extentPath } from '../inspect/extent-path.js';
import { openVmdk } from '../inspect/vmdk-disk.js';
import type { OpenVmdkOptions } from '../inspect/vmdk-disk.js';
import { accessFile } from '../host/access-file.js';
import { digestFile } from '../host/digest.js';
import type { RandomAccess } from '../image/random-access.js';
import { DISK_COMMANDS, readDiskManifest } from './disk-manifest.js';
import type { DescribedDisk, DiskInput, DiskProduct, ReferredFile } from './disk-manifest.js';

export interface CheckDiskOptions extends OpenVmdkOptions {
  /** Whether every file on the disk is read and its sha256 compared. */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Checks a model disk before QEMU gets it. A VMDK may refer to plain files only: QEMU would take some
 * names for addresses on a network, and only to files below its folder or known to its manifest. It also must still be what it was when it was written: the files a VMDK refers to
 * have the sizes and modification times its manifest names, and with `verify` every file on the disk,
 * read through its file system, has the sha256 it had. A disk without a manifest was made by
 * something else: there is nothing to compare it with.
 *
 * @throws ZosiaError `ZOSIA_DISK_IS_MODEL`, `ZOSIA_DISK_CHANGED`, `ZOSIA_DISK_NOT_VERIFIABLE`,
 * `ZOSIA_MANIFEST_DAMAGED`, those of `openVmdk`, and with `verify` those of `openFileSystem`
 */
export async function checkModelDisk(path: string, options: CheckDiskOptions = {}): Promise<void> {
  const manifest = await readDiskManifest(path, 'model-disk');
  if (manifest) await checkFiles(path, 'model-disk', manifest, options.signal);
  await checkContainer(path, options);
  if (options.verify) await checkContents(path, manifest?.inputs ?? [], options);
}

/**
 * Checks that an EFI disk is still what it was: what {@link checkModelDisk} does with the files of a VMDK.
 * To which files it may refer is checked when it is opened (`openImage`).
 *
 * @throws ZosiaError `ZOSIA_DISK_CHANGED`, `ZOSIA_MANIFEST_DAMAGED`
 */
export async function checkEfiDisk(path: string, signal?: AbortSignal): Promise<void> {
  const manifest = await readDiskManifest(path, 'efi-disk');
  if (manifest) await checkFiles(path, 'efi-disk', manifest, signal);
}

/** Refuses what would only fail, or do harm, once a machine runs. */
async function checkContainer(path: string, options: OpenVmdkOptions): Promise<void> {
  const file = await accessFile(path);
  try {
    if (await isVmdkDescriptor(file)) await (await openVmdk(file, path, options)).disk.close();
    else if (await isGguf(file)) {
      throw new ZosiaError('ZOSIA_DISK_IS_MODEL', `${path} is a model, not a disk with one on it`, {
        hint: `Run the model with: zosia up ${shellPath(path)}`,
      });
    }
  } finally {
    await file.close();
  }
}

async function checkFiles(
  path: string,
  product: DiskProduct,
  { output, files = [] }: DescribedDisk,
  signal: AbortSignal | undefined,
): Promise<void> {
  const name = basename(path);
  const refuse = (what: string): never => {
    throw changed(name, what, product);
  };
  const found = await stat(path).catch(() => undefined);
  // Whoever opens the disk says so better.
  if (!found) return;
  if (found.size !== output.sizeBytes) {
    refuse(`${name} has ${found.size} bytes instead of ${output.sizeBytes}`);
  }
  const digest = output.sha256 && (await digestFile(path, found.size, signal));
  if (digest !== output.sha256) {
    refuse(`${name} is not the file that its manifest describes`);
  }
  const folder = await extentFolder(path);
  for (const file of files) {
    const what = await whatHasChanged(folder, file);
    if (what !== undefined) refuse(what);
  }
}

async function whatHasChanged(
  folder: string,
  { name, sizeBytes, mtimeNs }: Pick<ReferredFile, 'name' | 'sizeBytes' | 'mtimeNs'>,
): Promise<string | undefined> {
  const found = await stat(extentPath(folder, name), { bigint: true }).catch(() => undefined);
  if (!found) return `${name} is gone`;
  if (found.size !== BigInt(sizeBytes)) {
    return `${name} has ${found.size} bytes instead of ${sizeBytes}`;
  }
  return String(found.mtimeNs) === mtimeNs ? undefined : `${name} was written since`;
}

async function checkContents(
  path: string,
  inputs: readonly Pick<DiskInput, 'path' | 'sizeBytes' | 'sha256'>[],
  { signal, onProgress, allowOutside }: CheckDiskOptions,
): Promise<void> {
  const name = basename(path);
  if (inputs.length === 0 || inputs.some(({ sha256 }) => sha256 === undefined)) {
    throw new ZosiaError(
      'ZOSIA_DISK_NOT_VERIFIABLE',
      `nobody wrote down the sha256 of what is on ${name}`,
      {
        hint: wording`Write the disk with zosia image model --verify, or run it without ${option('verify')}.`,
      },
    );
  }
  const totalBytes = inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const disk = await openFileSystem(path, { allowOutside });
  try {
    for (const input of inputs) {
      const file = await disk.reader.open(Buffer.from(input.path, 'utf8'));
      const digest = await digestOf(file, signal, (bytes) => {
        doneBytes += bytes;
        onProgress?.(doneBytes, totalBytes);
      });
      if (digest !== input.sha256) throw changed(name, `${input.path} has other contents`);
    }
  } finally {
    await disk.close();
  }
}

const PIECE_BYTES = 1 << 20;

async function digestOf(
  file: RandomAccess,
  signal: AbortSignal | undefined,
  onPiece: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  for (let offset = 0; offset < file.sizeBytes; offset += PIECE_BYTES) {
    signal?.throwIfAborted();
    const piece = await file.read(offset, Math.min(PIECE_BYTES, file.sizeBytes - offset));
    hash.update(piece);
    onPiece(piece.length);
  }
  return hash.digest('hex');
}

function changed(diskName: string, what: string, product: DiskProduct = 'model-disk'): ZosiaError {
  const kind = product === 'model-disk' ? 'model disk' : 'EFI disk';
  return new ZosiaError(
    'ZOSIA_DISK_CHANGED',
    `the ${kind} ${diskName} is not what it was when it was written: ${what}`,
    {
      hint:
        `Write it again with zosia ${DISK_COMMANDS[product]}; as VMDK that takes milliseconds. ` +
        'zosia up does so every time.',
    },
  );
}
