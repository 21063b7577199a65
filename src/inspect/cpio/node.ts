import { ZosiaError } from '../../errors.js';
import type { CpioMember } from '../../formats/cpio/reader.js';
import { escapeName, unescapeName } from '../../formats/ext4/reader/names.js';
import { accessBytes } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { ImageNode, NodeType } from '../node.js';
import { sliceAccess } from '../../image/slice-access.js';

/** A path of an archive, after everything that comes before it has been unpacked. */
export interface CpioFile {
  readonly id: number;
  /** Whose attributes it has; undefined for a folder that the archive has no member for. */
  readonly member?: CpioMember;
  /** Whose data it has: with hard links, that of another name. */
  readonly content: { member?: CpioMember };
  /** By name; empty but for directories. */
  readonly children: Map<string, CpioFile>;
}

/** What Linux allows along one path. */
const MAX_SYMLINKS = 40;
const IMPLIED_FOLDER = { mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0 } as const;

/** The file of an archive as one of an image. */
export function cpioNode(source: RandomAccess, file: CpioFile): ImageNode {
  const { id, member, content, children } = file;
  const { mode, uid, gid, mtimeSeconds } = member ?? IMPLIED_FOLDER;
  const type = nodeType(member);
  const data = type === 'file' ? content.member : undefined;
  return {
    ...{ id, type, mode, uid, gid, mtimeSeconds },
    linkCount: type === 'directory' ? 2 : Math.max(1, member?.linkCount ?? 1),
    sizeBytes: type === 'symlink' ? (member?.sizeBytes ?? 0) : (data?.sizeBytes ?? 0),
    device: member?.type === 'device' ? { major: member.major, minor: member.minor } : undefined,
    list: () => {
      const listed = [...children].map(([name, child]) => {
        const nameBytes = new TextEncoder().encode(name);
        return { nameBytes, name: escapeName(nameBytes), node: cpioNode(source, child) };
      });
      return asyncItems(listed);
    },
    readLink: () => {
      const target = member?.type === 'symlink' ? member.target : '';
      return Promise.resolve(new TextEncoder().encode(target));
    },
    open: () =>
      Promise.resolve(
        data ? sliceAccess(source, data.offset, data.sizeBytes) : accessBytes(new Uint8Array(0)),
      ),
    dataRanges: () =>
      asyncItems(data && data.sizeBytes > 0 ? [{ offset: 0, length: data.sizeBytes }] : []),
  };
}

async function* asyncItems<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  for (const item of items) yield await Promise.resolve(item);
}

function nodeType(member: CpioMember | undefined): NodeType {
  if (!member) return 'directory';
  return member.type === 'device' ? `${member.device}-device` : member.type;
}

/** Follows a path from the root; `..` there stays there, and absolute targets begin there. */
export function resolveCpio(root: CpioFile, path: string, followLast: boolean): CpioFile {
  const names = (text: string): string[] =>
    text.split('/').filter((name) => name !== '' && name !== '.');
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(unescapeName(path));
  const pending = names(decoded).reverse();
  let trail: CpioFile[] = [root];
  let symlinks = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const next = trail.at(-1)!.children.get(name);
    if (!next) {
      throw new ZosiaError('ZOSIA_CPIO_NO_SUCH_PATH', `${path} is not in the archive`, {
        hint: 'See what is in it with `zosia ls -R IMAGE`.',
      });
    }
    const { member } = next;
    if (member?.type !== 'symlink' || (pending.length === 0 && !followLast)) {
      trail.push(next);
      continue;
    }
    if (++symlinks > MAX_SYMLINKS) {
      throw new ZosiaError(
        'ZOSIA_CPIO_SYMLINK_LOOP',
        `${path} leads through more than ${MAX_SYMLINKS} symlinks`,
        { hint: 'The symlinks in the archive lead round in a circle; name the file itself.' },
      );
    }
    pending.push(...names(member.target).reverse());
    if (member.target.startsWith('/')) trail = [root];
  }
  return trail.at(-1)!;
}
