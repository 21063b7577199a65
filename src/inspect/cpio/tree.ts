import { ZosiaError } from '../../errors.js';
import { readCpio } from '../../formats/cpio/reader.js';
import type { CpioMember } from '../../formats/cpio/reader.js';
import { parentPath } from '../../formats/member-path.js';
import type { RandomAccess } from '../../image/random-access.js';
import { cpioNode, resolveCpio } from './node.js';
import type { CpioFile } from './node.js';
import type { ImageTree } from '../node.js';

/** More than any initramfs has, and a bound on memory. */
const MAX_MEMBERS = 1_000_000;
/** A single name can imply thousands of folders, so these have a bound of their own. */
const MAX_IMPLIED_FOLDERS = 4096;

export interface CpioTree extends ImageTree {
  readonly memberCount: number;
  /** Archives that follow each other in the file, as the kernel takes them. */
  readonly archiveCount: number;
}

/**
 * The files of newc archives as unpacking would leave them: the last of several members with one path
 * counts, and folders without a member of their own are made. Names that are no UTF-8 have their bad
 * bytes replaced.
 *
 * @throws ZosiaError `ZOSIA_CPIO_CORRUPT`, `ZOSIA_CPIO_TOO_LARGE`
 */
export async function cpioTree(source: RandomAccess): Promise<CpioTree> {
  const unpacked = new Unpacked();
  let archiveCount = 0;
  for await (const member of readCpio(source)) {
    archiveCount = member.archive + 1;
    unpacked.add(member);
  }
  const { root, memberCount } = unpacked;
  return {
    sizeBytes: source.sizeBytes,
    memberCount,
    archiveCount,
    lookUp: (path, followLast) =>
      Promise.resolve().then(() => cpioNode(source, resolveCpio(root, path, followLast))),
  };
}

class Unpacked {
  memberCount = 0;
  root: CpioFile = { id: 0, content: {}, children: new Map() };
  #impliedFolderCount = 0;
  /** By archive and inode number, what the names of one file share. */
  readonly #linked = new Map<string, Pick<CpioFile, 'id' | 'content'>>();

  add(member: CpioMember): void {
    const id = ++this.memberCount;
    if (id > MAX_MEMBERS) throw tooLarge(`more than ${MAX_MEMBERS} members`);
    const { id: fileId, content } = this.#share(member, id);
    if (member.path === '/') {
      this.root = { ...this.root, member };
      return;
    }
    const siblings = this.#folder(parentPath(member.path)).children;
    const name = member.path.slice(member.path.lastIndexOf('/') + 1);
    const kept = member.type === 'directory' ? siblings.get(name)?.children : undefined;
    siblings.set(name, {
      id: fileId,
      member,
      content,
      children: kept ?? new Map<string, CpioFile>(),
    });
  }

  /** The names of one file share an id, and the data that one of them brings. */
  #share(member: CpioMember, id: number): Pick<CpioFile, 'id' | 'content'> {
    const own = { id, content: { member } };
    if (member.type !== 'file' || member.linkCount < 2) return own;
    const key = `${member.archive}:${member.inode}`;
    const shared = this.#linked.get(key);
    if (!shared) {
      this.#linked.set(key, own);
      return own;
    }
    if (member.sizeBytes > 0) shared.content.member = member;
    return shared;
  }

  #folder(path: string): CpioFile {
    let folder = this.root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      let next = folder.children.get(name);
      if (!next) {
        if (++this.#impliedFolderCount > MAX_IMPLIED_FOLDERS) {
          throw tooLarge(`no members for more than ${MAX_IMPLIED_FOLDERS} of its folders`);
        }
        // Negative, so that it is nobody else's.
        next = { id: -this.#impliedFolderCount, content: {}, children: new Map() };
        folder.children.set(name, next);
      }
      folder = next;
    }
    return folder;
  }
}

function tooLarge(what: string): ZosiaError {
  return new ZosiaError('ZOSIA_CPIO_TOO_LARGE', `the archive has ${what}`, {
    hint: 'No initramfs is like that; unpack it with cpio.',
  });
}
