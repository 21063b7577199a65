import { lstat, readFile, unlink } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { unreadable } from '../../host/file-errors.js';
import { writeOutput } from '../../host/output-file.js';
import { shellPath } from '../../shell-word.js';
import { option, wording } from '../../wording.js';
import { MARKER } from './service-spec.js';

/** A file of a service manager. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string;
}

/** What stands where zosia has a file: nothing, what it wrote, or what somebody else put there. */
interface Found {
  readonly kind: 'none' | 'ours' | 'foreign';
  /** Of a regular file. */
  readonly text?: string;
}

/**
 * Writes each file whole, or none of them: what stood there before is put back where one cannot be written.
 *
 * @param force whether what zosia did not write is replaced
 * @throws ZosiaError `ZOSIA_SERVICE_FOREIGN_FILE`, `ZOSIA_OUTPUT_UNWRITABLE`, `ZOSIA_DISK_FULL`,
 *   `ZOSIA_FILE_UNREADABLE`
 */
export async function writeServiceFiles(
  files: readonly ServiceFile[],
  force: boolean,
): Promise<void> {
  const before = await Promise.all(files.map(({ path }) => find(path)));
  const foreign = files.find((_, index) => before[index]!.kind === 'foreign');
  if (foreign && !force) {
    throw new ZosiaError(
      'ZOSIA_SERVICE_FOREIGN_FILE',
      `${foreign.path} is there already, and zosia did not write it`,
      { hint: wording`Move it away, or replace it with ${option('force')}.` },
    );
  }
  const written: number[] = [];
  try {
    for (const [index, { path, text }] of files.entries()) {
      await writeOutput(path, text);
      written.push(index);
    }
  } catch (error) {
    for (const index of written) await putBack(files[index]!.path, before[index]!);
    throw error;
  }
}

/** Only a link that somebody else had put there, and that was to be replaced, is gone. */
async function putBack(path: string, { text }: Found): Promise<void> {
  if (text === undefined) await unlink(path);
  else await writeOutput(path, text);
}

/**
 * Which of the paths have a file that zosia wrote.
 *
 * @throws ZosiaError `ZOSIA_SERVICE_FOREIGN_FILE` where one has something else; `ZOSIA_FILE_UNREADABLE`
 */
export async function ownServiceFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(find));
  const foreign = paths.find((_, index) => found[index]!.kind === 'foreign');
  if (foreign !== undefined) {
    throw new ZosiaError('ZOSIA_SERVICE_FOREIGN_FILE', `zosia did not write ${foreign}`, {
      hint: `If it is to go, remove it with: rm ${shellPath(foreign)}`,
    });
  }
  return paths.filter((_, index) => found[index]!.kind === 'ours');
}

/** A link is never zosia's: to /dev/null it says that the service must not run, to a file whose that is. */
async function find(path: string): Promise<Found> {
  try {
    if (!(await lstat(path)).isFile()) return { kind: 'foreign' };
    const text = await readFile(path, 'utf8');
    const isOurs = text
      .split('\n', 3)
      .some((line) => line === `# ${MARKER}` || line === `<!-- ${MARKER} -->`);
    return { kind: isOurs ? 'ours' : 'foreign', text };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { kind: 'none' };
    throw unreadable(path, error);
  }
}
