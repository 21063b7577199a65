import { ZosiaError } from '../../errors.js';
import { shellPath } from '../../shell-word.js';
import { foreignPacking, unpackedHead } from '../../formats/compression/detect.js';
import { isOutputPath } from './archive-output.js';
import type { CpioFile } from '../../formats/cpio/root/file.js';
import type { CpioEntry } from '../../formats/cpio/entry.js';
import { unpackCpio } from '../../formats/cpio/root/unpack.js';
import { planCpio } from '../../formats/cpio/writer.js';
import { ELF_MACHINE_BYTES, elfMachine } from '../../formats/elf/machine.js';
import { isOldTar, isTar, oldTar } from '../../formats/tar/open.js';
import { tarTree } from '../../formats/tar/tree.js';
import { Turns } from '../../formats/turns.js';
import { accessFile } from '../../host/access-file.js';
import { hostFileData, lookAtFile } from '../../host/host-file.js';
import { openPlan } from '../../host/image-reader.js';
import type { Image } from '../../image/image.js';
import type { RandomAccess } from '../../image/random-access.js';
import { GIB } from '../../image/units.js';
import type { Architecture } from '../architectures.js';

/** The most that is read of a packed root file system, and that the files of a tar may have. */
const MAX_UNPACKED_BYTES = GIB;

/** A root file system that a kernel can be given as an initramfs. */
export interface Rootfs {
  /** The file as it is; of a tar, the archive that it was turned into. */
  readonly archive: Image;
  /** What the kernel makes of it. */
  readonly root: CpioFile;
  /** What its first program for a machine that there is runs on; undefined: there is none. */
  readonly arch: Architecture | undefined;
}

/**
 * Reads a root file system: cpio archives, packed in any way that kernels unpack and zosia does, or a tar
 * archive, which is turned into one.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`; as `readCpio` and `tarTree` for what
 *   is damaged; `ZOSIA_BASE_REFUSED` for what the kernel would not unpack
 */
export async function readRootfs(path: string, signal?: AbortSignal): Promise<Rootfs> {
  const archive = await archiveOf(path, signal);
  const source = openPlan(archive);
  try {
    if (await isLz4Frame(source)) throw notUnpacked(path, 'of lz4 it knows the legacy frame alone');
    const { unpacked, damage, skipped } = await unpackCpio(source, {
      maxBytes: MAX_UNPACKED_BYTES,
      signal,
    });
    if (damage) throw damagedBase(path, damage);
    const refusal = skipped.problems.find(({ code }) => code === 'compression');
    if (refusal) throw notUnpacked(path, refusal.message);
    return { archive, root: unpacked.root, arch: await findArchitecture(unpacked.root, signal) };
  } finally {
    await source.close();
  }
}

const notUnpacked = (path: string, why: string): ZosiaError =>
  new ZosiaError('ZOSIA_BASE_REFUSED', `the kernel does not unpack ${path}: ${why}`, {
    hint: 'Pack it as the kernel wants it: gzip, zstd, lz4 -l, or xz --check=crc32.',
  });

/** Magic number of what lz4 makes unless it is told `-l`, little-endian (LZ4 Frame Format Description). */
const LZ4_FRAME_MAGIC = 0x184d2204;
const MAGIC_BYTES = 4;

async function isLz4Frame(source: RandomAccess): Promise<boolean> {
  return isLz4(await source.read(0, Math.min(MAGIC_BYTES, source.sizeBytes)));
}

const isLz4 = (head: Uint8Array): boolean =>
  head.length >= MAGIC_BYTES &&
  new DataView(head.buffer, head.byteOffset).getUint32(0, true) === LZ4_FRAME_MAGIC;

/** What archives begin with that kernels unpack, or once did, and what may stand before the first. */
const CPIO = '0707';

function mayBeCpio(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, CPIO.length)).toString('latin1');
  return head[0] === 0 || CPIO.startsWith(text) || isLz4(head);
}

function noArchive(path: string, head: Uint8Array): ZosiaError {
  return new ZosiaError('ZOSIA_BASE_REFUSED', `${path} is no cpio or tar archive`, {
    hint:
      foreignPacking(head)?.hint ??
      'Name a root file system: rootfs.cpio or rootfs.tar, packed or not.',
  });
}

const damagedBase = (path: string, damage: ZosiaError): ZosiaError =>
  new ZosiaError(damage.code, `${path} cannot be unpacked: ${damage.message}`, {
    hint: 'Make the archive again, or name another base.',
    cause: damage,
  });

/** What a root file system has at its root, one or the other. */
const OF_ROOT: readonly string[] = ['/init', '/bin', '/sbin', '/usr', '/etc'];

/** Refuses a tar of what Buildroot leaves, kernel and root file system as files: a guest would find no program. */
function refuseOutput(path: string, entries: readonly CpioEntry[]): void {
  const output = entries.find((entry) => isOutputPath(entry.path));
  const isRoot = entries.some((entry) =>
    OF_ROOT.some((name) => `${entry.path}/`.startsWith(`${name}/`)),
  );
  if (!output || isRoot) return;
  throw new ZosiaError(
    'ZOSIA_BASE_REFUSED',
    `${path} is an output of Buildroot's, which has the root file system as a file in it`,
    { hint: `Take it with zosia fetch --from ${shellPath(path)}, then name the base buildroot.` },
  );
}

async function archiveOf(path: string, signal?: AbortSignal): Promise<Image> {
  const file = await accessFile(path);
  try {
    const { compression, head } = await unpackedHead(file);
    if (isOldTar(head)) throw oldTar();
    if (isTar(head)) {
      const entries = await tarTree(file, { maxBytes: MAX_UNPACKED_BYTES, signal });
      refuseOutput(path, entries);
      return planCpio(entries);
    }
    if (compression === undefined && !mayBeCpio(head)) throw noArchive(path, head);
  } finally {
    await file.close();
  }
  return hostFileData(await lookAtFile(path));
}

async function findArchitecture(
  root: CpioFile,
  signal?: AbortSignal,
): Promise<Architecture | undefined> {
  const turns = new Turns(signal);
  const files = [...filesOf(root)]
    .filter(({ part, dataBytes }) => part !== undefined && dataBytes >= ELF_MACHINE_BYTES)
    // A packed part can only be read on.
    .sort((one, other) => one.part!.offset - other.part!.offset || one.offset - other.offset);
  for (const { part, offset } of files) {
    await turns.take();
    const machine = elfMachine(await part!.content.read(offset, ELF_MACHINE_BYTES));
    if (machine) return machine;
  }
  return undefined;
}

/** The files of a tree; those with several names as often. */
function* filesOf(root: CpioFile): Generator<CpioFile> {
  const folders = [root];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    for (const child of folder.children!.values()) {
      if (child.children) folders.push(child);
      else if (child.type === 'file') yield child;
    }
  }
}
