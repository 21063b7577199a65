import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { memberPath } from '../../formats/member-path.js';
import { readTar } from '../../formats/tar/open.js';
import { accessFile } from '../../host/access-file.js';
import { noSuchFile } from '../../host/file-errors.js';
import { writeOutputFile } from '../../host/output-file.js';
import { GIB, MIB } from '../../image/units.js';
import type { Architecture } from '../architectures.js';
import { KERNEL_NAMES, OUTPUT_FOLDERS, ROOTFS_NAMES, chooseOutputs } from './names.js';
import type { Candidate, Chosen } from './names.js';

/** A file of an output, by what is in it. */
export interface PinnedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** An output of Buildroot that can be taken from. */
export interface BuildrootOutput {
  readonly chosen: Chosen<FoundFile>;
  /** Copies a chosen file; says what was copied. */
  copy(file: FoundFile, to: string, signal?: AbortSignal): Promise<PinnedFile>;
}

interface FoundFile extends Candidate {
  readonly sizeBytes: number;
}

/** A kernel that has everything built in, and its debug information, has a tenth of it. */
const MAX_KERNEL_BYTES = 512 * MIB;
/** As much as a file of a cpio archive may have. */
const MAX_ROOTFS_BYTES = 4 * GIB;
/** A whole output, with what its host folder has. */
const MAX_ARCHIVE_BYTES = 64 * GIB;
const COPY_BYTES = MIB;

/**
 * Opens an output of Buildroot: its folder, or a tar archive of it. Of an archive nothing is unpacked but
 * the files that are taken, wherever its other members would go.
 *
 * @param origin what messages call it
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_BUILDROOT_EMPTY`, `ZOSIA_BUILDROOT_AMBIGUOUS`,
 *   `ZOSIA_BUILDROOT_REFUSED` for what is too large or no file, and as `readTar`
 */
export async function openBuildroot(
  path: string,
  origin: string,
  arch?: Architecture,
): Promise<BuildrootOutput> {
  const status = await stat(path).catch((cause: unknown) => {
    throw noSuchFile(path, cause);
  });
  return status.isDirectory()
    ? folderOutput(path, origin, arch)
    : archiveOutput(path, origin, arch);
}

const NAMES: readonly string[] = [...Object.values(KERNEL_NAMES), ...ROOTFS_NAMES];

async function folderOutput(
  folder: string,
  origin: string,
  arch: Architecture | undefined,
): Promise<BuildrootOutput> {
  const found: (FoundFile & { isFile: boolean })[] = [];
  for (const path of OUTPUT_FOLDERS.flatMap((each) => NAMES.map((name) => join(each, name)))) {
    const status = await stat(join(folder, path)).catch(() => undefined);
    if (!status) continue;
    const { size: sizeBytes } = status;
    found.push({ path, name: basename(path), sizeBytes, isFile: status.isFile() });
  }
  const chosen = chooseOutputs(found, origin, arch);
  checkChosen(chosen);
  return {
    chosen,
    async copy({ path, name, sizeBytes }, to, signal) {
      const source = await accessFile(join(folder, path));
      try {
        return await writeOutputFile(
          to,
          async (file) => {
            const hash = createHash('sha256');
            let at = 0;
            while (at < sizeBytes) {
              signal?.throwIfAborted();
              const bytes = await source.read(at, Math.min(COPY_BYTES, sizeBytes - at));
              hash.update(bytes);
              await file.writeFile(bytes);
              at += bytes.length;
            }
            return { name, sizeBytes, sha256: hash.digest('hex') };
          },
          { signal },
        );
      } finally {
        await source.close();
      }
    },
  };
}

async function archiveOutput(
  archive: string,
  origin: string,
  arch: Architecture | undefined,
): Promise<BuildrootOutput> {
  const found: (FoundFile & { isFile: boolean; index: number })[] = [];
  const limit = { maxBytes: MAX_ARCHIVE_BYTES };
  await withArchive(archive, async (source) => {
    let index = 0;
    await readTar(
      source,
      ({ name: stored, type, sizeBytes }) => {
        const path = outputPath(stored);
        const isFile = type === 'file' || type === 'contiguous-file';
        const at = index++;
        if (path) found.push({ ...path, sizeBytes, isFile, index: at });
        return undefined;
      },
      limit,
    );
  });
  const chosen = chooseOutputs(found, origin, arch);
  checkChosen(chosen);
  return {
    chosen,
    copy: (file, to, signal) =>
      writeOutputFile(
        to,
        async (output) => {
          const hash = createHash('sha256');
          let index = 0;
          const wanted = found.find((each) => each === file)!.index;
          await withArchive(archive, (source) =>
            readTar(
              source,
              () => {
                signal?.throwIfAborted();
                if (index++ !== wanted) return undefined;
                return {
                  write(piece) {
                    hash.update(piece);
                    for (let done = 0; done < piece.length;) {
                      done += writeSync(output.fd, piece, done);
                    }
                  },
                  end: () => undefined,
                };
              },
              limit,
            ),
          );
          return { name: file.name, sizeBytes: file.sizeBytes, sha256: hash.digest('hex') };
        },
        { signal },
      ),
  };
}

async function withArchive<T>(
  path: string,
  use: (source: Awaited<ReturnType<typeof accessFile>>) => Promise<T>,
): Promise<T> {
  const source = await accessFile(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** A member of an archive that may be taken: with or without one folder before it all. */
function outputPath(stored: string): Candidate | undefined {
  const path = memberPath(stored);
  const [, name] = /^(?:\/[^/]+)?(?:\/images)?\/([^/]+)$/.exec(path ?? '') ?? [];
  return name !== undefined && NAMES.includes(name) ? { path: path!.slice(1), name } : undefined;
}

function checkChosen({ kernel, rootfs }: Chosen<FoundFile & { isFile: boolean }>): void {
  for (const [file, maxBytes] of [
    [kernel, MAX_KERNEL_BYTES],
    [rootfs, MAX_ROOTFS_BYTES],
  ] as const) {
    if (!file) continue;
    if (!file.isFile) throw refused(`${file.path} is no regular file`);
    if (file.sizeBytes === 0) throw refused(`${file.path} is empty`);
    if (file.sizeBytes > maxBytes) {
      throw refused(`${file.path} has ${file.sizeBytes} bytes, more than the ${maxBytes} allowed`);
    }
  }
}

const refused = (what: string): ZosiaError =>
  new ZosiaError('ZOSIA_BUILDROOT_REFUSED', what, {
    hint: "Name Buildroot's own output, whose images/ has kernel and root file system as files.",
  });
