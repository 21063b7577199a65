import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../errors.js';
import { accessFile } from '../../host/access-file.js';
import { unreadable } from '../../host/file-errors.js';
import { writeOutputFile } from '../../host/output-file.js';
import { systemReason } from '../../host/system-errors.js';
import { MIB } from '../../image/units.js';
import type { FoundFile, PinnedFile } from './found-file.js';
import { OUTPUT_FOLDERS, isOutputName } from './names.js';

const COPY_BYTES = MIB;

/**
 * What a folder has under the names that Buildroot gives. Links are followed, wherever they lead: the folder
 * is the user's own.
 *
 * @throws ZosiaError `ZOSIA_FILE_UNREADABLE` for a folder that may not be looked into
 */
export async function findInFolder(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const each of OUTPUT_FOLDERS) {
    const names = (await namesIn(join(folder, each))).filter(isOutputName).sort();
    for (const name of names) found.push(await foundFile(folder, join(each, name), name));
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return [];
    throw unreadable(folder, error);
  }
}

async function foundFile(folder: string, path: string, name: string): Promise<FoundFile> {
  const at = join(folder, path);
  const { sizeBytes, problem } = await stat(at).then(
    (status) => ({
      sizeBytes: status.size,
      problem: status.isFile() ? undefined : 'is no regular file',
    }),
    (error: unknown) => ({ sizeBytes: 0, problem: problemOf(error) }),
  );
  return {
    path,
    name,
    sizeBytes,
    problem,
    copy: (to, signal) => copyFile(at, { name, to, signal }),
  };
}

/** Of a file that its folder has. */
const problemOf = (error: unknown): string =>
  systemErrorCode(error) === 'ENOENT'
    ? 'is a link to a file that is not there'
    : `cannot be read: ${systemReason(error)}`;

async function copyFile(
  path: string,
  { name, to, signal }: { name: string; to: string; signal: AbortSignal | undefined },
): Promise<PinnedFile> {
  const source = await accessFile(path);
  const { sizeBytes } = source;
  try {
    return await writeOutputFile(
      to,
      async (file) => {
        const hash = createHash('sha256');
        for (let at = 0; at < sizeBytes; at += COPY_BYTES) {
          signal?.throwIfAborted();
          const bytes = await source.read(at, Math.min(COPY_BYTES, sizeBytes - at));
          hash.update(bytes);
          await file.writeFile(bytes);
        }
        return { name, sizeBytes, sha256: hash.digest('hex') };
      },
      { signal },
    );
  } finally {
    await source.close();
  }
}
