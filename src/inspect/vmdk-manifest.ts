import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import { object, tryJson } from '../json.js';
import { accessFile } from '../host/access-file.js';

/** A file outside of a disk's own folder, as whoever wrote the disk knew it. */
export interface ManifestFile {
  readonly sizeBytes: number;
  /** See {@link digestOfEnds}. */
  readonly endsSha256: string;
}

/** How much of a file's start, and of its end, is compared. */
const END_BYTES = 64 * 1024;

/** No manifest of a disk is longer: it names as many files as a VMDK has extents, at most. */
const MAX_MANIFEST_BYTES = 4 << 20;

/** The sha256 of a file's first and last 64 KiB, or of all of it where it is shorter than both. */
export async function digestOfEnds(path: string): Promise<string> {
  const file = await accessFile(path);
  try {
    const { sizeBytes } = file;
    const hash = createHash('sha256');
    hash.update(await file.read(0, Math.min(END_BYTES, sizeBytes)));
    const tail = Math.max(END_BYTES, sizeBytes - END_BYTES);
    if (tail < sizeBytes) hash.update(await file.read(tail, sizeBytes - tail));
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/**
 * What the manifest beside a VMDK tells of the files it refers to, by their names in the descriptor.
 * Anyone may have written it, so it is believed in one thing alone: that who wrote it had read what it
 * describes. Of a file whose contents its author does not know it can say nothing that holds.
 */
export async function readManifestFiles(
  diskPath: string,
): Promise<ReadonlyMap<string, ManifestFile>> {
  const described = new Map<string, ManifestFile>();
  const path = `${diskPath}.json`;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > MAX_MANIFEST_BYTES) return described;
  const { files = [] } = tryJson(MANIFEST, await readFile(path, 'utf8')) ?? {};
  for (const file of files) {
    const { success, output } = v.safeParse(FILE, file);
    if (success) described.set(output.name, output);
  }
  return described;
}

const MANIFEST = object({ files: v.array(v.unknown()) });
const FILE = object({ name: v.string(), sizeBytes: v.number(), endsSha256: v.string() });

/** Whether a file is the one that a manifest describes. */
export async function matchesManifest(
  described: ManifestFile | undefined,
  path: string,
  sizeBytes: number,
): Promise<boolean> {
  if (described?.sizeBytes !== sizeBytes) return false;
  return (await digestOfEnds(path)) === described.endsSha256;
}
