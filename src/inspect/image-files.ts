import { ZosiaError } from '../errors.js';
import type { RandomAccess } from '../image/random-access.js';
import { listFiles } from './list.js';
import type { ListedFile } from './list.js';
import type { ImageTree } from './node.js';
import { openFile } from './open-file.js';

export interface ReadFileOptions {
  /** The longest file to be read; 1 GiB unless given. */
  readonly maxBytes?: number | undefined;
}

/** The files in an image, by their paths. The image is searched when the first of them is asked for. */
export interface ImageFiles {
  /**
   * The tree that they make up.
   *
   * @throws ZosiaError when the image holds none that can be read
   */
  tree(): Promise<ImageTree>;
  /**
   * A file's content, to be read at any place while the image is open.
   *
   * @throws ZosiaError `ZOSIA_NOT_A_FILE`, and one whose code ends in `_NO_SUCH_PATH` or `_SYMLINK_LOOP`
   */
  access(path: string): Promise<RandomAccess>;
  /**
   * All of a file's content.
   *
   * @throws ZosiaError `ZOSIA_FILE_TOO_LARGE` beyond `maxBytes`, and as `access`
   */
  readFile(path: string, options?: ReadFileOptions): Promise<Uint8Array>;
  /** The same as text, from UTF-8. */
  readText(path: string, options?: ReadFileOptions): Promise<string>;
  /** Everything below a directory, with paths from the root of the image; see `listFiles`. */
  list(path?: string): AsyncIterable<ListedFile>;
}

const MAX_FILE_BYTES = 1 << 30;

/** @param readTree called once, when the first file is asked for */
export function imageFiles(readTree: () => Promise<ImageTree>): ImageFiles {
  let found: Promise<ImageTree> | undefined;
  const tree = (): Promise<ImageTree> => (found ??= readTree());
  const access = async (path: string): Promise<RandomAccess> => openFile(await tree(), path);
  const readFile = async (
    path: string,
    { maxBytes = MAX_FILE_BYTES }: ReadFileOptions = {},
  ): Promise<Uint8Array> => {
    const file = await access(path);
    if (file.sizeBytes > maxBytes) throw tooLarge(path, file.sizeBytes, maxBytes);
    return file.read(0, file.sizeBytes);
  };
  return {
    tree,
    access,
    readFile,
    readText: async (path, options) => new TextDecoder().decode(await readFile(path, options)),
    async *list(path = '/') {
      yield* listFiles(await tree(), path, true);
    },
  };
}

function tooLarge(path: string, sizeBytes: number, maxBytes: number): ZosiaError {
  return new ZosiaError(
    'ZOSIA_FILE_TOO_LARGE',
    `${path} has ${sizeBytes} bytes; at most ${maxBytes} are read at once`,
    { hint: 'Read it piece by piece, or give a larger maxBytes.' },
  );
}
