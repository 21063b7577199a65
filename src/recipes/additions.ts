import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { unreadable } from '../host/file-errors.js';
import type { DiskEntry } from './disk-entries.js';
import { lookAtFile } from '../host/host-file.js';

/** A file or folder of the host that goes on a disk as well. */
export interface Addition {
  readonly source: string;
  /** Absolute path on the disk. */
  readonly diskPath: string;
}

/**
 * Parses `SRC:DST`. The last colon divides, so that SRC may have others; DST is absolute whether or not
 * it begins with a slash, and one that ends with a slash is the folder to put SRC in.
 *
 * @throws ZosiaError `ZOSIA_BAD_ADDITION`
 */
export function parseAddition(text: string): Addition {
  const colon = text.lastIndexOf(':');
  const source = text.slice(0, Math.max(0, colon));
  const destination = text.slice(colon + 1);
  if (source === '' || destination === '') {
    throw new ZosiaError('ZOSIA_BAD_ADDITION', `${text} does not say what to add and where to`, {
      hint: wording`Write SRC:DST, as in ${option('extras', 'notes.txt:/notes.txt')}`,
    });
  }
  const folder = destination.startsWith('/') ? destination : `/${destination}`;
  return {
    source,
    diskPath: folder.endsWith('/') ? `${folder}${basename(resolve(source))}` : folder,
  };
}

/**
 * Everything that an addition puts on the disk: a file, or a folder with all that is in it, each folder's
 * names in byte order. Symbolic links in a folder stay links; they may not lead out of it, since what is
 * there is not on the disk. Of several names of one file, the first in that order is the file, and the
 * others are hard links to it; names outside of the folder count for nothing.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`, `ZOSIA_BAD_ADDITION`
 */
export async function collectAddition({ source, diskPath }: Addition): Promise<DiskEntry[]> {
  // What the user names may be a link; what it leads to is meant.
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) return new FolderCollector(source, diskPath).collect('');
  return [{ type: 'file', diskPath, file: await lookAtFile(source) }];
}

class FolderCollector {
  /** Where the inodes that have several names were met first, on the disk. */
  private readonly firstNames = new Map<string, string>();

  constructor(
    private readonly root: string,
    private readonly diskRoot: string,
  ) {}

  /** @param inside a folder, from the one that is added */
  async collect(inside: string): Promise<DiskEntry[]> {
    const entries: DiskEntry[] = [
      { type: 'directory', diskPath: posix.join(this.diskRoot, inside) },
    ];
    for (const name of await namesIn(join(this.root, inside))) {
      const relative = posix.join(inside, name);
      const found = await lstat(join(this.root, relative), { bigint: true });
      if (found.isDirectory()) entries.push(...(await this.collect(relative)));
      else entries.push(await this.entryOf(found, relative));
    }
    return entries;
  }

  private async entryOf(found: BigIntStats, relative: string): Promise<DiskEntry> {
    const path = join(this.root, relative);
    const diskPath = posix.join(this.diskRoot, relative);
    // Also of a name of a symbolic link met before: what leads inside from there may not from here.
    const target = found.isSymbolicLink() ? await linkTarget(path, relative) : undefined;
    const firstName = this.firstNameOf(found, diskPath);
    if (firstName !== diskPath) return { type: 'hardlink', diskPath, target: firstName };
    if (target !== undefined) return { type: 'symlink', diskPath, target };
    if (found.isFile()) return { type: 'file', diskPath, file: await lookAtFile(path) };
    throw new ZosiaError('ZOSIA_BAD_ADDITION', `${path} is neither file, folder nor link`, {
      hint: 'Add the files one by one instead of the folder.',
    });
  }

  private firstNameOf({ dev, ino, nlink }: BigIntStats, diskPath: string): string {
    if (nlink < 2n) return diskPath;
    // Inode numbers are unique on their own file system only, and others may be mounted in the folder.
    const inode = `${dev}:${ino}`;
    const firstName = this.firstNames.get(inode) ?? diskPath;
    this.firstNames.set(inode, firstName);
    return firstName;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Names as bytes first: what is not UTF-8 would come out as a name that nothing has. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  return names
    .sort((a, b) => Buffer.compare(a, b))
    .map((name) => {
      try {
        return decoder.decode(name);
      } catch {
        throw new ZosiaError(
          'ZOSIA_BAD_ADDITION',
          `${folder} has a name in it that is not UTF-8: ${name.toString('latin1')}`,
          { hint: 'Rename that file.' },
        );
      }
    });
}

/** @param relative the link's own place, from the folder that is added */
async function linkTarget(path: string, relative: string): Promise<string> {
  const target = await readlink(path);
  const leadsTo = posix.join(posix.dirname(relative), target);
  if (!target.startsWith('/') && leadsTo !== '..' && !leadsTo.startsWith('../')) return target;
  throw new ZosiaError('ZOSIA_BAD_ADDITION', `${path} is a link that leads out of the folder`, {
    hint: `What it leads to, ${target}, would not be on the disk: put a copy in its place.`,
  });
}
