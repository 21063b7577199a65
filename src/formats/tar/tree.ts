import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { joinChunks, tooLarge } from '../compression/limits.js';
import type { CpioEntry } from '../cpio/entry.js';
import type { EntryAttributes } from '../entry.js';
import { escapeName } from '../escaped-name.js';
import { memberPath } from '../member-path.js';
import { corruptTar, readTar } from './open.js';
import type { TarDataSink, TarMember, TarType } from './visit.js';

/** Padding and headers may be as much again as the contents. */
const OVERHEAD = 2;
const MAX_ENTRIES = 1_000_000;
const PERMISSION_MASK = 0o7777;

export interface TarTreeOptions {
  /** The most that its files may have altogether; they are kept in memory. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The tree in a tar archive, packed or not, as an initramfs can hold it: with owners, modes, links, devices
 * and times. Of two members with one name the last counts, as when it is unpacked.
 *
 * @throws ZosiaError `ZOSIA_TAR_CORRUPT`, also for names that climb out of the tree,
 *   `ZOSIA_TAR_UNSUPPORTED` for what no initramfs has; and as `readTar`
 */
export async function tarTree(
  source: RandomAccess,
  { maxBytes, signal }: TarTreeOptions,
): Promise<CpioEntry[]> {
  const entries = new Map<string, CpioEntry>();
  let keptBytes = 0;
  let count = 0;
  const visit = (member: TarMember): TarDataSink | undefined => {
    if (++count > MAX_ENTRIES) throw corruptTar(`more than ${MAX_ENTRIES} members`);
    const { path, entry } = entryOf(member);
    if (path === '/' && entry.type !== 'directory') throw corruptTar('its root is no folder');
    entries.set(path, entry);
    if (entry.type !== 'file') return undefined;
    keptBytes += member.sizeBytes;
    if (keptBytes > maxBytes) throw tooLarge(maxBytes);
    const chunks: Uint8Array[] = [];
    return {
      write: (piece) => void chunks.push(Uint8Array.from(piece)),
      end: () => void entries.set(path, { ...entry, data: joinChunks(chunks) }),
    };
  };
  await readTar(source, visit, { maxBytes: OVERHEAD * maxBytes, signal });
  return [...entries.values()];
}

function entryOf(member: TarMember): { path: string; entry: CpioEntry } {
  const { name, type, linkName: target, uid, gid, mtimeSeconds } = member;
  if (!member.isNameUtf8) throw corruptTar(`the name ${printable(name)} is not UTF-8`);
  const path = placed(name, name);
  const attributes: EntryAttributes = {
    mode: member.mode & PERMISSION_MASK,
    uid,
    gid,
    mtime: { seconds: Math.max(0, mtimeSeconds) },
  };
  const device = { major: member.deviceMajor, minor: member.deviceMinor };
  switch (type) {
    case 'file':
      return { path, entry: { path, type: 'file', data: new Uint8Array(0), ...attributes } };
    case 'directory':
    case 'fifo':
      return { path, entry: { path, type, ...attributes } };
    case 'symlink':
      return { path, entry: { path, type, target, ...attributes } };
    case 'hardlink':
      return { path, entry: { path, type: 'hardlink', target: placed(target, name) } };
    case 'character-device':
    case 'block-device':
      return { path, entry: { path, type, ...device, ...attributes } };
    default:
      throw otherType(name, type);
  }
}

function otherType(name: string, type: TarType | undefined): ZosiaError {
  const what =
    type === 'sparse' ? 'a file with holes left out' : 'of a type that an initramfs has not';
  return new ZosiaError(
    'ZOSIA_TAR_UNSUPPORTED',
    `${printable(name)} in the tar archive is ${what}`,
    {
      hint: type === 'sparse' ? NO_SPARSE_HINT : 'Leave it out of the archive.',
    },
  );
}

/** What to do about members of the type `sparse`. */
export const NO_SPARSE_HINT = 'Make the archive again without -S, by tar.';

function placed(name: string, where: string): string {
  const path = memberPath(name);
  if (path === undefined) throw corruptTar(`${printable(where)} leads out of the archive`);
  return path;
}

const printable = (name: string): string => escapeName(new TextEncoder().encode(name));
