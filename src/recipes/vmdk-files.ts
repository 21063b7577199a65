import { createHash } from 'node:crypto';
import { lstat, readFile, readlink, stat, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { isExtentName } from '../formats/vmdk/names.js';
import { planVmdk } from '../formats/vmdk/writer.js';
import { openPlan } from '../host/image-reader.js';
import { flatten } from '../image/image.js';
import type { Image } from '../image/image.js';
import { makeOutput, makeOutputFolder, writeOutput } from '../host/output-file.js';
import { checkOutputTarget } from '../host/output-target.js';
import { accessFile } from '../host/access-file.js';
import { writeRaw } from '../host/raw-writer.js';
import { extentFolder, extentNameOf } from '../inspect/extent-path.js';
import { sweepOnce } from '../host/temporary.js';

/** A file that a descriptor refers to. */
export interface ExtentFileName {
  /** The name in the descriptor: relative to its folder. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

export interface VmdkFiles {
  /** The descriptor's text. */
  readonly descriptor: string;
  /** The files the disk consists of, the metadata file first. */
  readonly files: readonly ExtentFileName[];
  /** False when both files were there already, byte for byte. */
  readonly written: boolean;
}

/** Where the metadata file of a descriptor lies. */
export function vmdkMetadataPath(descriptorPath: string): string {
  return join(dirname(descriptorPath), `${stemOf(descriptorPath)}-metadata.img`);
}

/**
 * Writes a disk without copying the files it is made of: a descriptor at `out`, and beside it a small
 * file with everything that lies in no file. The descriptor names files relative to its own folder, so
 * it stays good when both are moved together. A file whose name a descriptor cannot hold is reached
 * through a link beside it. When it fails, no file or link is left that was not there before. An interruption
 * that comes once the first of both is in its place waits for the other: one without it is no disk.
 *
 * @throws ZosiaError as `planVmdk`, `writeRaw` and `writeOutput`
 */
export async function writeVmdk(
  image: Image,
  out: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<VmdkFiles> {
  await makeOutputFolder(dirname(out));
  const folder = await extentFolder(out);
  const names = await extentNames(image, folder);
  const metadataPath = vmdkMetadataPath(join(folder, basename(out)));
  const files: ExtentFileName[] = [{ name: plainName(basename(metadataPath)), path: metadataPath }];
  const links = new Map<string, string>();
  const plan = planVmdk(image, {
    sha256: () => createHash('sha256'),
    metadataName: files[0]!.name,
    extentName: (path) => {
      const target = names.get(path)!;
      let name = plainName(target);
      if (!isExtentName(name)) {
        const link = `${stemOf(out)}-file${links.size}`;
        links.set(join(folder, link), target);
        name = plainName(link);
      }
      files.push({ name, path });
      return name;
    },
  });
  for (const path of [out, metadataPath]) await checkOutputTarget(path);
  const made: string[] = [];
  try {
    for (const [path, target] of links) {
      if (await ensureLink(path, target)) made.push(path);
    }
    let written = false;
    if (!(await holds(metadataPath, plan.metadata))) {
      const isNew = !(await exists(metadataPath));
      await writeRaw(plan.metadata, metadataPath, options);
      if (isNew) made.push(metadataPath);
      written = true;
    } else options.signal?.throwIfAborted();
    if (await writeIfChanged(out, plan.descriptor)) written = true;
    return { descriptor: plan.descriptor, files, written };
  } catch (error) {
    for (const path of made) await unlink(path).catch(() => undefined);
    throw error;
  }
}

/** How a descriptor in that folder names each file of an image, by the path that the image has. */
async function extentNames(image: Image, folder: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const { source } of flatten(image)) {
    if (source.kind !== 'file' || names.has(source.path)) continue;
    names.set(source.path, await extentNameOf(folder, source.path));
  }
  return names;
}

/**
 * Writes a text file unless it is there already. Returns whether it wrote. It belongs to what has just been written
 * beside it, and is short: nothing interrupts it.
 */
export async function writeIfChanged(path: string, text: string): Promise<boolean> {
  await sweepOnce(dirname(path));
  const bytes = Buffer.from(text);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() && found.size === bytes.length && bytes.equals(await readFile(path))) {
    return false;
  }
  await writeOutput(path, bytes);
  return true;
}

/** The part of the names of what belongs to a disk; a quote or a line's end would not do in them. */
function stemOf(out: string): string {
  return basename(out)
    .replace(/\.vmdk$/, '')
    .replace(/["\r\n]/g, '_');
}

/** QEMU takes what stands before a colon for a protocol, but not after a slash. */
function plainName(name: string): string {
  return /^[^/]*:/.test(name) ? `./${name}` : name;
}

/**
 * Makes a symbolic link, or leaves it when it is there. Whatever else is there is not touched. Returns
 * whether there was nothing before.
 */
async function ensureLink(path: string, target: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isSymbolicLink()) {
    throw new ZosiaError('ZOSIA_OUTPUT_UNWRITABLE', `${path} is in the way of a link`, {
      hint: [
        wording`Move that file away, or name another place with ${option('out')}.`,
        'Move that file away.',
      ],
    });
  }
  return makeOutput(path, async () => {
    if (found) {
      if ((await readlink(path)) === target) return false;
      await unlink(path);
    }
    await symlink(target, path);
    return !found;
  });
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Larger files are written again rather than compared: most of them are holes, which reading is not. */
const MAX_COMPARED_BYTES = 512 << 20;
const PIECE_BYTES = 4 << 20;

/** Whether a file has exactly the bytes of an image. */
async function holds(path: string, image: Image): Promise<boolean> {
  if (image.sizeBytes > MAX_COMPARED_BYTES) return false;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size !== image.sizeBytes) return false;
  const planned = openPlan(image);
  const file = await accessFile(path);
  try {
    for (let offset = 0; offset < image.sizeBytes; offset += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, image.sizeBytes - offset);
      const [is, shall] = await Promise.all([
        file.read(offset, length),
        planned.read(offset, length),
      ]);
      if (Buffer.compare(is, shall) !== 0) return false;
    }
    return true;
  } finally {
    await Promise.all([planned.close(), file.close()]);
  }
}
