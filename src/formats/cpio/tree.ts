import { ZosiaError } from '../../errors.js';
import { contentImage } from '../../image/file-data.js';
import type { Image } from '../../image/image.js';
import { isWellFormed } from '../byte-string.js';
import { checkEntry } from '../check-entry.js';
import { memberPath, parentPath } from '../member-path.js';
import type { CpioEntry } from './entry.js';
import {
  MAX_COMPONENT_BYTES,
  MAX_DEVICE_MAJOR,
  MAX_DEVICE_MINOR,
  MAX_FIELD,
  MAX_NAME_BYTES,
  MAX_TARGET_BYTES,
  PERMISSION_MASK,
  TRAILER_NAME,
} from './layout.js';

const MAX_NANOSECONDS = 999_999_999;

/** An entry with the contents of a file as an image. */
type Member = Exclude<CpioEntry, { type: 'file' }> | FileMember;
type FileMember = Extract<CpioEntry, { type: 'file' }> & { readonly data: Image };

/** A name in the archive and the entry whose attributes it has. */
export interface CpioName {
  /** Normalised, absolute. */
  readonly path: string;
  readonly entry: Exclude<Member, { type: 'hardlink' }>;
  /** 1 for the first file of the archive; names that share one are hard links. */
  readonly inode: number;
  readonly linkCount: number;
  /** The data of hard links is stored once, with the last name (GNU's convention). */
  readonly carriesData: boolean;
}

/**
 * Everything an archive must hold for these entries, in the order it must hold it: missing folders are
 * added, and every folder comes before what lies in it, as the kernel makes none by itself.
 *
 * @throws ZosiaError `ZOSIA_BAD_ENTRY`, `ZOSIA_CPIO_PATH`, `ZOSIA_CPIO_DUPLICATE`, `ZOSIA_CPIO_PARENT`,
 * `ZOSIA_CPIO_LINK`; `ZOSIA_CPIO_BAD_NUMBER` when a number does not fit its field
 */
export function cpioNames(entries: readonly CpioEntry[]): CpioName[] {
  const byPath = new Map<string, Member>();
  for (const given of entries) {
    checkEntry(given, { format: 'a cpio archive' });
    const path = checkedPath(given.path);
    const entry = asMember(given);
    if (byPath.has(path)) {
      throw new ZosiaError('ZOSIA_CPIO_DUPLICATE', `${path} is in the archive twice`, {
        hint: 'Leave one of the two out.',
      });
    }
    checkMember(path, entry);
    byPath.set(path, entry);
  }
  for (const path of [...byPath.keys()]) addParents(path, byPath);

  const names = [...byPath.keys()].sort();
  const filePaths = names.map((path) => linkedPath(path, byPath));
  const namesOfFile = new Map<string, string[]>(filePaths.map((filePath) => [filePath, []]));
  names.forEach((path, index) => namesOfFile.get(filePaths[index]!)!.push(path));
  const inodes = new Map([...namesOfFile.keys()].map((filePath, index) => [filePath, index + 1]));

  return names.map((path, index) => {
    const filePath = filePaths[index]!;
    const links = namesOfFile.get(filePath)!;
    return {
      path,
      entry: byPath.get(filePath) as CpioName['entry'],
      inode: inodes.get(filePath)!,
      linkCount: links.length,
      carriesData: links.at(-1) === path,
    };
  });
}

function asMember(entry: CpioEntry): Member {
  return entry.type === 'file' ? { ...entry, data: contentImage(entry.data) } : entry;
}

/** The path of the entry a name stands for: its own, or that of the file a hard link names. */
function linkedPath(path: string, byPath: ReadonlyMap<string, Member>): string {
  const entry = byPath.get(path)!;
  if (entry.type !== 'hardlink') return path;
  const target = memberPath(entry.target);
  if (target === undefined || byPath.get(target)?.type !== 'file') {
    throw new ZosiaError('ZOSIA_CPIO_LINK', `hard link ${path}: ${entry.target} is not a file`, {
      hint: 'A hard link names a file of the same archive, not a folder or another link.',
    });
  }
  return target;
}

function addParents(path: string, byPath: Map<string, Member>): void {
  for (let parent = parentPath(path); parent !== '/'; parent = parentPath(parent)) {
    const entry = byPath.get(parent);
    if (entry === undefined) {
      byPath.set(parent, { path: parent, type: 'directory' });
    } else if (entry.type !== 'directory') {
      // Links come in name order like everything else, so what lies behind one may come before it.
      const hint =
        entry.type === 'symlink'
          ? `Put it where the link leads (${entry.target}); it is found under both names then.`
          : 'Leave one of the two out.';
      throw new ZosiaError(
        'ZOSIA_CPIO_PARENT',
        `${path} cannot lie in ${parent}, a ${entry.type}`,
        {
          hint,
        },
      );
    }
  }
}

function checkedPath(given: string): string {
  const path = memberPath(given);
  if (path === undefined || !isWellFormed(given)) throw badPath(given, 'is no path in an archive');
  if (path === `/${TRAILER_NAME}`) throw badPath(given, 'would end the archive');
  // The stored name has a NUL at its end in place of the slash at the start.
  if (utf8Length(path) > MAX_NAME_BYTES) {
    throw badPath(given, `is longer than ${MAX_NAME_BYTES} bytes`);
  }
  if (path.split('/').some((part) => utf8Length(part) > MAX_COMPONENT_BYTES)) {
    throw badPath(given, `has a part longer than ${MAX_COMPONENT_BYTES} bytes`);
  }
  return path;
}

function checkMember(path: string, entry: Member): void {
  checkNumber(path, 'mode', entry.mode ?? 0, PERMISSION_MASK);
  checkNumber(path, 'uid', entry.uid ?? 0, MAX_FIELD);
  checkNumber(path, 'gid', entry.gid ?? 0, MAX_FIELD);
  const { seconds, nanoseconds = 0 } = entry.mtime ?? { seconds: 0 };
  checkNumber(path, 'mtime', seconds, MAX_FIELD);
  checkNumber(path, 'nanoseconds of mtime', nanoseconds, MAX_NANOSECONDS);
  if (path === '/' && entry.type !== 'directory') throw badPath('/', 'can only be a folder');
  if (entry.type === 'character-device' || entry.type === 'block-device') {
    checkNumber(path, 'major', entry.major, MAX_DEVICE_MAJOR);
    checkNumber(path, 'minor', entry.minor, MAX_DEVICE_MINOR);
  }
  if (entry.type === 'symlink') checkSymlinkTarget(path, entry.target);
  if (entry.type === 'file') checkFileSize(path, entry);
}

function checkSymlinkTarget(path: string, target: string): void {
  const usable = target !== '' && !target.includes('\0') && isWellFormed(target);
  if (!usable || utf8Length(target) > MAX_TARGET_BYTES) {
    throw new ZosiaError('ZOSIA_CPIO_LINK', `symbolic link ${path} has an impossible target`, {
      hint: `A target is 1 to ${MAX_TARGET_BYTES} bytes of text without NUL.`,
    });
  }
}

function checkFileSize(path: string, { data: { sizeBytes } }: FileMember): void {
  if (sizeBytes <= MAX_FIELD) return;
  throw new ZosiaError(
    'ZOSIA_CPIO_FILE_TOO_LARGE',
    `${path} has ${sizeBytes} bytes; a cpio archive holds files below 4 GiB`,
    { hint: 'Put the file on a disk image instead.' },
  );
}

/** @throws ZosiaError `ZOSIA_CPIO_BAD_NUMBER` unless `value` is a whole number of 0 to `max` */
export function checkNumber(path: string, name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new ZosiaError('ZOSIA_CPIO_BAD_NUMBER', `${path} cannot have the ${name} ${value}`, {
    hint: `It is a whole number from 0 to ${max}.`,
  });
}

function badPath(path: string, reason: string): ZosiaError {
  return new ZosiaError('ZOSIA_CPIO_PATH', `${JSON.stringify(path)} ${reason}`, {
    hint: 'Use an absolute path without .. and NUL, like /etc/hostname.',
  });
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
