import { ZosiaError } from '../errors.js';
import { concatenateArchives } from '../formats/cpio/concatenate.js';
import type { CpioFile } from '../formats/cpio/root/file.js';
import { MAX_SYMLINKS, resolve } from '../formats/cpio/root/resolve.js';
import { planCpio } from '../formats/cpio/writer.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { byteStringBytes, displayName, isUtf8, toByteString } from '../formats/byte-string.js';
import { escapeName } from '../formats/escaped-name.js';
import { resolvePath } from './file-tree.js';
import type { Image } from '../image/image.js';

/** What a base may have of the same name and for the same purpose: ours takes its place. */
const REPLACED = /^(\/init|\/usr\/bin\/llama-[^/]*|\/etc\/zosia\/.*)$/;
/** What is as good as ours when a base has it. */
const KEPT = /^(\/dev\/console|\/usr\/lib\/locale\/.*)$/;

/** A root file system that others are laid over. */
export interface LayerBase {
  readonly archive: Image;
  readonly root: CpioFile;
}

/**
 * Lays files over a root file system: its archive, byte for byte, and behind it others with the files. The
 * kernel's rules (init/initramfs.c) decide what becomes of a name that both have, and they would lose a
 * base's files: a folder takes the place of a link to one, a link does not take that of a folder, a file is
 * written into whatever other names the one before it had, and folders get the attributes that come last.
 * So every file goes to where the links of the base lead, its folders keep their attributes, and files with
 * several names are first put aside.
 *
 * @param entries files, links and devices; no folders
 * @throws ZosiaError `ZOSIA_BASE_CONFLICT` when a file of the base is in the way
 */
export function layOver(base: LayerBase, entries: readonly CpioEntry[]): Image {
  const layered = new Map<string, CpioEntry>();
  const putAside: CpioEntry[] = [];
  for (const entry of entries) {
    const { folders, name } = place(base.root, entry.path);
    const path = `${folderPath(folders)}/${name}`;
    const found = childOf(folders, name);
    if (found && (KEPT.test(entry.path) || isSameLink(base.root, entry))) continue;
    if (found && !(REPLACED.test(entry.path) && found.type !== 'directory')) {
      throw conflict(path, entry.path);
    }
    folders.forEach(({ file }, depth) => {
      const folder = folderPath(folders.slice(0, depth + 1));
      if (!file || folder === '') return;
      layered.set(folder, { ...attributesOf(file), path: folder, type: 'directory' });
    });
    // A link in its place makes the kernel remove the name, and the file stays under its other ones.
    if (found && found.nameCount > 1) putAside.push({ path, type: 'symlink', target: name });
    layered.set(path, { ...entry, path });
  }
  const folders = [...layered.values()].filter(({ type }) => type === 'directory');
  return concatenateArchives([
    base.archive,
    ...(putAside.length > 0 ? [planCpio([...folders, ...putAside])] : []),
    planCpio([...layered.values()]),
  ]);
}

/** Whether a base has a link, or the folder itself, where a link is to lead to that folder. */
function isSameLink(root: CpioFile, { path, ...entry }: CpioEntry): boolean {
  if (entry.type !== 'symlink') return false;
  const target = resolve(root, resolvePath(path, entry.target), true);
  return target !== undefined && resolve(root, path, true) === target;
}

interface Step {
  readonly name: string;
  /** Undefined where the base has no such folder. */
  readonly file: CpioFile | undefined;
}

const folderPath = (folders: readonly Step[]): string =>
  folders
    .slice(1)
    .map(({ name }) => `/${name}`)
    .join('');

/** What the kernel has made of a name in the last of the folders. */
function childOf(folders: readonly Step[], name: string): CpioFile | undefined {
  const found = folders.at(-1)!.file?.children?.get(toByteString(name));
  return found?.isLeftOut ? undefined : found;
}

/** Where a path leads in a base: the folders on the way, the root first, as they are without links. */
function place(root: CpioFile, path: string): { folders: Step[]; name: string } {
  const names = path.split('/').filter((part) => part !== '');
  const name = names.pop()!;
  const pending = names.reverse();
  let folders: Step[] = [{ name: '', file: root }];
  let links = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === '..') {
      if (folders.length > 1) folders.pop();
      continue;
    }
    const file = childOf(folders, next);
    if (file?.type === 'symlink') {
      if (++links > MAX_SYMLINKS) throw conflict(path, path);
      if (!isUtf8(byteStringBytes(file.target!))) throw conflict(path, path);
      const target = displayName(file.target!);
      if (target.startsWith('/')) folders = folders.slice(0, 1);
      pending.push(
        ...target
          .split('/')
          .filter((part) => part !== '' && part !== '.')
          .reverse(),
      );
      continue;
    }
    if (file && file.type !== 'directory') {
      throw conflict(`${folderPath(folders)}/${next}`, path);
    }
    folders.push({ name: next, file });
  }
  return { folders, name };
}

function attributesOf({ mode, uid, gid, mtimeSeconds }: CpioFile) {
  return { mode, uid, gid, mtime: { seconds: mtimeSeconds } };
}

export function conflict(found: string, wanted: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_BASE_CONFLICT',
    `the base has ${escapeName(new TextEncoder().encode(found))}, which is in the way of ${wanted}`,
    {
      hint: 'Take llama.cpp that needs no libraries, as zosia build llama makes it; or remove the file from the base.',
    },
  );
}
