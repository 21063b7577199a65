import { ZosiaError } from '../../errors.js';
import type { CpioPart } from '../../formats/cpio/reader.js';
import { toByteString } from '../../formats/byte-string.js';
import { unescapeName } from '../../formats/escaped-name.js';
import type { Findings } from '../../formats/findings.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { ImageTree } from '../node.js';
import { CpioNode } from './node.js';
import { lastComponent, resolve } from '../../formats/cpio/root/resolve.js';
import { unpackCpio } from '../../formats/cpio/root/unpack.js';
import type { UnpackedInitramfs } from '../../formats/cpio/root/unpack.js';
import type { CpioFile } from '../../formats/cpio/root/file.js';

export interface CpioTree extends ImageTree {
  readonly memberCount: number;
  /** Archives that follow each other in the file, as the kernel takes them. */
  readonly archiveCount: number;
  readonly parts: readonly CpioPart[];
  /** Members that the kernel passes over, and why. */
  readonly skipped: Findings;
  /** What would stop the kernel; what comes before is in the tree. */
  readonly damage: ZosiaError | undefined;
}

/**
 * The files of an initramfs as unpacking by the kernel would leave them: see `unpackCpio`.
 *
 * @throws ZosiaError as `readCpio` when there is nothing before the damage; `ZOSIA_CPIO_TOO_LARGE`
 */
export async function cpioTree(source: RandomAccess): Promise<CpioTree> {
  const initramfs = await unpackCpio(source);
  if (initramfs.damage && initramfs.memberCount === 0) throw initramfs.damage;
  return treeOf(initramfs, source);
}

/** The same of an initramfs that was unpacked already. @param source what it was unpacked from */
export function treeOf(initramfs: UnpackedInitramfs, source: RandomAccess): CpioTree {
  const { unpacked, memberCount, archiveCount, parts, skipped, damage } = initramfs;
  const { root } = unpacked;
  const isHidden = (file: CpioFile): boolean => unpacked.isBuiltIn(file);
  const plainBytes = parts.every(({ compression }) => compression === undefined);
  return {
    sizeBytes: plainBytes ? source.sizeBytes : parts.reduce((sum, p) => sum + p.unpackedBytes, 0),
    memberCount,
    archiveCount,
    parts,
    skipped,
    damage,
    lookUp: (path, followLast) =>
      Promise.resolve().then(() => {
        const bytes = toByteString(unescapeName(path));
        const found = resolve(root, bytes, followLast);
        if (found) return new CpioNode(found, isHidden);
        throw noSuchPath(root, path, bytes);
      }),
  };
}

function noSuchPath(root: CpioFile, path: string, bytes: string): ZosiaError {
  if (resolve(root, bytes, false)?.type === 'symlink' && isLoop(root, bytes)) {
    return new ZosiaError(
      'ZOSIA_CPIO_SYMLINK_LOOP',
      `${path} leads through more symlinks than Linux follows`,
      { hint: 'The symlinks in the archive lead round in a circle; name the file itself.' },
    );
  }
  return new ZosiaError('ZOSIA_CPIO_NO_SUCH_PATH', `${path} is not in the archive`, {
    hint: 'See what is in it with `zosia ls -R IMAGE`.',
  });
}

/** Whether following leads nowhere although each step is there. */
function isLoop(root: CpioFile, path: string): boolean {
  return lastComponent(root, path, true) === undefined;
}
