import { sha256 } from '../image/sha256.js';
import { readStamp } from '../host/file-stamp.js';
import type { Image } from '../image/image.js';
import { checkOutputTarget } from '../host/output-target.js';
import { writeRaw } from '../host/raw-writer.js';
import { digestOfEnds } from '../inspect/vmdk-manifest.js';
import type { DiskFiles, DiskProduct, ReferredFile } from './disk-manifest.js';
import type { HostFile } from '../host/host-file.js';
import { manifestPath } from './manifest.js';
import type { DiskFormat } from './places.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { vmdkMetadataPath, writeIfChanged, writeVmdk } from './vmdk-files.js';
import type { ExtentFileName } from './vmdk-files.js';

/** A file of the host that goes on a disk. */
export interface DiskSource extends HostFile {
  /** Of the whole file, where it was read. */
  readonly sha256?: string | undefined;
}

export interface WriteDiskOptions {
  readonly format: DiskFormat;
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
  /** Told of `raw`, which takes long. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Refuses a place for a disk that cannot be written, or where one of its own sources would be replaced.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_IS_INPUT`, and those of `checkOutputTarget`
 */
export async function checkDiskTarget(out: string, sources: readonly HostFile[]): Promise<void> {
  await refuseOverwriting(
    sources.map(({ path }) => path),
    [out, manifestPath(out), vmdkMetadataPath(out)],
  );
  const written = [out, manifestPath(out), vmdkMetadataPath(out)];
  for (const path of written) await checkOutputTarget(path);
}

/**
 * Writes a disk: `raw` copies the files into a plain image; `vmdk` writes a descriptor that refers to them
 * where they lie, which takes milliseconds for any size.
 *
 * @returns what its manifest says of its files; `written` is false when a VMDK was there already, byte
 *   for byte
 * @throws ZosiaError as `writeRaw` and `writeVmdk`
 */
export async function writeDisk(
  image: Image,
  sources: readonly DiskSource[],
  { format, out, signal, onProgress }: WriteDiskOptions,
): Promise<{ diskFiles: DiskFiles; written: boolean }> {
  if (format === 'raw') {
    await writeRaw(image, out, { signal, onProgress });
    return { diskFiles: { output: { sizeBytes: image.sizeBytes } }, written: true };
  }
  const { descriptor, files, written } = await writeVmdk(image, out, { signal });
  const diskFiles = {
    files: await Promise.all(files.map((file) => referredFile(file, sources))),
    output: { sizeBytes: Buffer.byteLength(descriptor), sha256: sha256(descriptor) },
  };
  return { diskFiles, written };
}

/**
 * Writes what stands beside a disk as `<disk>.json`, unless it is there already. The disk is in its place by then: an
 * interruption waits for this.
 */
export async function writeDiskManifest(
  out: string,
  manifest: DiskFiles & { readonly product: DiskProduct },
): Promise<void> {
  await writeIfChanged(manifestPath(out), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The stamp that the plan was made with, not a later one; the metadata file has just been written. */
async function referredFile(
  { name, path }: ExtentFileName,
  sources: readonly DiskSource[],
): Promise<ReferredFile> {
  const source: DiskSource | undefined = sources.find((file) => file.path === path);
  const { sizeBytes, mtimeNs } = source ?? (await readStamp(path));
  return {
    name,
    sizeBytes,
    mtimeNs: String(mtimeNs),
    sha256: source?.sha256,
    endsSha256: await digestOfEnds(path),
  };
}
