import { FILE_TYPE_MASK, MAX_COMPONENT_BYTES, MAX_TARGET_BYTES } from '../layout.js';
import type { CpioMember } from '../member.js';
import type { ByteString } from '../../byte-string.js';
import type { CpioFileType } from './file.js';
import { tooLarge } from './too-large.js';
import { CpioFile } from './file.js';
import { lastComponent, resolve } from './resolve.js';
import type { Place } from './resolve.js';

/** Why the kernel passes over a member; undefined: it does not. */
export type Passed = { readonly code: string; readonly message: string } | undefined;

const NO_FOLDER = { code: 'no-folder', message: 'no member before it makes the folder it lies in' };
/** A single name can imply thousands of folders, so these have a bound of their own. */
const MAX_IMPLIED_FOLDERS = 4096;
const ROOT = { mode: 0o755, uid: 0, gid: 0, mtime: { seconds: 0 } };
const TARGET_TOO_LONG = {
  code: 'target-length',
  message: `link target of more than ${MAX_TARGET_BYTES} bytes`,
};
const NO_PLACE = { code: 'no-place', message: 'its name leads to no place for it' };
const IN_THE_WAY = { code: 'in-the-way', message: 'a folder with something in it is in its place' };

/**
 * What the kernel's init/initramfs.c does with each member, one after the other, in a root file system of
 * its own: it follows symlinks on the way to a name, makes no folders by itself, replaces what is of
 * another type, and writes into a file that is there. What it leaves out because its folder has no member
 * is in the tree all the same, so that it can be looked at, and said to be left out.
 */
export class Unpacked {
  readonly root: CpioFile;
  #fileCount = 0;
  #impliedCount = 0;
  /** First names of files with several, by inode, device and type, within one archive. */
  readonly #linked = new Map<string, ByteString>();
  #archive = 0;

  /** @param onRepeated told of members for a name that another one of the same archive was given for */
  constructor(private readonly onRepeated?: (member: CpioMember) => void) {
    this.root = this.#folder(false);
    // Every kernel unpacks an archive of its own before: usr/default_cpio_list.
    for (const name of BUILT_IN) this.root.children!.set(name, this.#folder(false));
  }

  /** Whether it is a folder that only the kernel's own archive has. */
  isBuiltIn({ id, children }: CpioFile): boolean {
    return id > 1 && id <= 1 + BUILT_IN.length && children?.size === 0;
  }

  add(member: CpioMember): Passed {
    if (member.archive !== this.#archive) this.#linked.clear();
    this.#archive = member.archive;
    if (member.type === 'none') return this.#clear(member);
    const first = this.#find(member);
    const place = this.#place(member.name);
    if (!place) return NO_PLACE;
    const before = named(place);
    // Of a file with several names nobody knows which of them the archive gave it; they are counted elsewhere.
    const isRepeated = before?.archive === member.archive && before.nameCount === 1;
    if (isRepeated) this.onRepeated?.(member);
    const passed = this.#unpack(member, place, first);
    const made = named(place);
    if (made) made.archive = member.archive;
    return passed ?? (place.isLeftOut ? NO_FOLDER : undefined);
  }

  #place(name: ByteString): Place | undefined {
    const isTooLong = name.split('/').some(({ length }) => length > MAX_COMPONENT_BYTES);
    if (isTooLong) return undefined;
    return lastComponent(this.root, name, false, (parent, missing) => {
      if (++this.#impliedCount > MAX_IMPLIED_FOLDERS) {
        throw tooLarge(`no members for more than ${MAX_IMPLIED_FOLDERS} of its folders`);
      }
      const folder = this.#folder(true);
      parent.children!.set(missing, folder);
      return folder;
    });
  }

  /** A mode of no type: the kernel removes what is in its place, and puts nothing there. */
  #clear(member: CpioMember): Passed {
    const place = lastComponent(this.root, member.name);
    if (place?.name !== undefined) remove(place.folder, place.name);
    return NO_TYPE;
  }

  #unpack(member: CpioMember, place: Place, first: ByteString | undefined): Passed {
    const { folder, name, isFolderName, isLeftOut } = place;
    if (name === undefined) return this.#change(folder, member);
    if (isFolderName && member.type !== 'directory') return NO_PLACE;
    const found = folder.children!.get(name);
    const isOther = found && (member.type === 'symlink' || member.type !== (found.type as string));
    if (found && isLeftOut && !found.isLeftOut) return NO_FOLDER;
    if (found?.isLeftOut && !isLeftOut && (isOther || found.type !== 'directory')) {
      // To the kernel there is nothing, be it a folder with something in it.
      folder.children!.delete(name);
    } else if (isOther) {
      remove(folder, name);
      // The name may have led through what is now gone: `link/../link`.
      if (!isLeftOut && !lastComponent(this.root, member.name)) return NO_PLACE;
    }
    if (member.type === 'directory') return this.#put(place, name, member);
    if (member.type === 'symlink') {
      const isTooLong = member.target.length > MAX_TARGET_BYTES;
      return isTooLong ? TARGET_TOO_LONG : this.#put(place, name, member);
    }
    if (first === undefined) return this.#put(place, name, member);
    return this.#link(place, name, first, member);
  }

  /** The name that a file with several had first, if it had one; else it is this one from now on. */
  #find(member: CpioMember): ByteString | undefined {
    const isLinked = !['directory', 'symlink', 'none'].includes(member.type);
    if (!isLinked || member.linkCount < 2) return undefined;
    const { inode, deviceMajor, deviceMinor, fullMode } = member;
    const key = `${inode}:${deviceMajor}:${deviceMinor}:${fullMode & FILE_TYPE_MASK}`;
    const first = this.#linked.get(key);
    if (first === undefined) this.#linked.set(key, member.name);
    return first;
  }

  #link(place: Place, name: ByteString, first: ByteString, member: CpioMember): Passed {
    const { folder, isLeftOut } = place;
    remove(folder, name);
    const file = resolve(this.root, first, false);
    if (
      !file ||
      file.isLeftOut !== isLeftOut ||
      file.type === 'directory' ||
      folder.children!.has(name)
    ) {
      return { code: 'link-lost', message: 'a further name of a file that is not there' };
    }
    folder.children!.set(name, file);
    file.nameCount++;
    if (member.type === 'file' && file.type === 'file') this.#write(file, member, false);
    return undefined;
  }

  #put({ folder, isLeftOut }: Place, name: ByteString, member: CpioMember): Passed {
    const found = folder.children!.get(name);
    if (found) {
      found.isLeftOut = isLeftOut;
      return this.#change(found, member);
    }
    const file = this.#make(member.type as CpioFileType, member, isLeftOut);
    folder.children!.set(name, file);
    this.#write(file, member, true);
    return undefined;
  }

  /**
   * What stands there already, of the same type but for a folder that could not be removed. The kernel
   * does not ask whether it has made a node or symlink before it sets the attributes of what is there.
   */
  #change(found: CpioFile, member: CpioMember): Passed {
    if ((found.type as string) === member.type && member.type !== 'symlink') {
      this.#write(found, member, member.type === 'file');
      return undefined;
    }
    if (member.type === 'symlink') found.setAttributes({ ...member, mode: found.mode });
    else if (member.type !== 'file') found.setAttributes(member);
    return IN_THE_WAY;
  }

  #write(file: CpioFile, member: CpioMember, isEmptied: boolean): void {
    file.setAttributes(member);
    if (member.type !== 'file' || (member.sizeBytes === 0 && !isEmptied)) return;
    file.part = member.sizeBytes > 0 ? member.part : undefined;
    file.offset = member.offset;
    file.dataBytes = member.sizeBytes;
  }

  #folder(isLeftOut: boolean): CpioFile {
    const folder = new CpioFile(++this.#fileCount, 'directory', undefined, undefined, isLeftOut);
    folder.setAttributes(ROOT);
    return folder;
  }

  #make(type: CpioFileType, member: CpioMember, isLeftOut: boolean): CpioFile {
    const device = 'major' in member ? { major: member.major, minor: member.minor } : undefined;
    const target = member.type === 'symlink' ? member.target : undefined;
    return new CpioFile(++this.#fileCount, type, device, target, isLeftOut);
  }
}

/** /dev/console, too, but whoever has no /dev of its own has none to be shown. */
const BUILT_IN: readonly ByteString[] = ['dev', 'root'];
const NO_TYPE = { code: 'no-type', message: 'its mode is of no type of file' };

/** What stands in a place; undefined: nothing. */
function named({ folder, name }: Place): CpioFile | undefined {
  return name === undefined ? folder : folder.children!.get(name);
}

/** As unlink and rmdir: a folder stays unless it is empty. */
function remove(folder: CpioFile, name: ByteString): void {
  const found = folder.children!.get(name);
  if (!found || (found.children && found.children.size > 0)) return;
  folder.children!.delete(name);
  found.nameCount--;
}
