import type { Architecture } from '../../artifacts/architectures.js';
import { ZosiaError } from '../../errors.js';
import { MIB } from '../../image/units.js';
import { option, wording } from '../../wording.js';
import type { Builder } from '../builder.js';
import { requireRoom } from '../room.js';
import { requireTools, toolsMissing } from '../required-tools.js';
import type { ConfigSymbol } from './config.js';

/** What the kernel's makefile and its programs call, and what unpacks its source. */
const TOOLS = [
  'clang',
  'ld.lld',
  'llvm-ar',
  'llvm-nm',
  'llvm-objcopy',
  'llvm-strip',
  'llvm-readelf',
  'make',
  'flex',
  'bison',
  'bc',
  'tar',
  'xz',
];

/**
 * What packs an x86 kernel, by the symbol that chooses it (kernel scripts/Makefile.lib, whose names of the programs
 * are in the top Makefile).
 */
const PACKERS: Readonly<Record<string, string>> = {
  KERNEL_GZIP: 'gzip',
  KERNEL_BZIP2: 'bzip2',
  KERNEL_LZMA: 'lzma',
  KERNEL_XZ: 'xz',
  KERNEL_LZO: 'lzop',
  KERNEL_LZ4: 'lz4',
  KERNEL_ZSTD: 'zstd',
};

/**
 * The unpacked source and what is built of it take 1.5 GB; the archive lies beside it while it is unpacked.
 * A compiler takes about this much memory; linking takes more, but happens once.
 */
const NEEDS = { what: 'a kernel', diskMiB: 1850, jobMiB: 400 };

/**
 * Sees that a builder can build a kernel, before minutes are spent on it.
 *
 * @param asked what the configuration is to have
 * @param archiveBytes of the source, packed or not
 * @returns how many processes to run at a time, where nobody has said: as many as there are processors, and
 *   memory for
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`, `ZOSIA_DISK_FULL`, `ZOSIA_CASE_INSENSITIVE`
 */
export async function examineBuilder(
  builder: Builder,
  arch: Architecture,
  asked: readonly ConfigSymbol[],
  archiveBytes = 0,
): Promise<number> {
  const packers = asked.flatMap(({ name, value }) => (value === 'y' ? (PACKERS[name] ?? []) : []));
  await requireTools(builder, [...TOOLS, ...packers], `kernel --arch ${arch}`);
  if (arch === 'x86_64') await requireLibelf(builder);
  const jobs = await requireRoom(builder, {
    ...NEEDS,
    diskMiB: NEEDS.diskMiB + Math.ceil(archiveBytes / MIB),
  });
  await refuseFoldedCase(builder);
  return jobs;
}

/** Kernels for x86_64 are gone over by a program of their own, objtool, that reads them with libelf. */
async function requireLibelf(builder: Builder): Promise<void> {
  const path = 'probe/libelf.c';
  await builder.write([{ path, data: '#include <gelf.h>\n' }]);
  const { failed } = await builder.run('clang', ['-fsyntax-only', path]);
  if (failed)
    throw toolsMissing(
      builder,
      'the headers of libelf (Debian: libelf-dev)',
      'kernel --arch x86_64',
    );
}

/** The kernel has files whose names differ in case alone, as file systems of macOS and Windows cannot. */
async function refuseFoldedCase(builder: Builder): Promise<void> {
  await builder.write([{ path: 'probe/lower', data: '' }]);
  const isFolded = await builder.read('probe/LOWER').then(
    () => true,
    () => false,
  );
  if (!isFolded) return;
  throw new ZosiaError(
    'ZOSIA_CASE_INSENSITIVE',
    `${builder.folder} is on a file system that takes upper and lower case for the same, which kernels cannot be built on`,
    {
      hint: wording`Set TMPDIR to a folder on another file system, or compile with ${option('builder', 'docker')}.`,
    },
  );
}
