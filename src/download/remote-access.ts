import { ZosiaError } from '../errors.js';
import { closable } from '../image/closable.js';
import { checkRange } from '../image/random-access.js';
import type { OpenRandomAccess } from '../image/random-access.js';
import { FileChanged, answeredPart } from './answered-part.js';
import type { AnsweredPart } from './answered-part.js';
import { WrongFile, downloadCorrupt, downloadFailure } from './download-errors.js';
import { Http } from './http.js';
import type { HttpOptions, OpenAnswer } from './http.js';
import type { DownloadFileOptions, RemoteFile } from './remote-file.js';
import type { Place } from './place.js';
import { RequestFailure, failedAt } from './request-failure.js';
import { ifRangeOf } from './version.js';

/** What is asked for at once: headers of models are read in small pieces from front to back. */
const BLOCK_BYTES = 1 << 20;
const CACHED_BLOCKS = 16;

export interface RemoteAccessOptions extends Pick<
  DownloadFileOptions,
  'signal' | 'onWait' | 'hints'
> {
  /** Connections that others use, too; its own unless given. */
  readonly http?: Http | undefined;
  /** What is asked for at once; 1 MiB unless given. */
  readonly blockBytes?: number | undefined;
  /** How many such blocks are kept; 16 unless given. */
  readonly cachedBlocks?: number | undefined;
  readonly timings?: HttpOptions | undefined;
}

/**
 * Opens a file of another host for reading at any place, without downloading more of it than is read, and a little
 * around that.
 *
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED`, also for a server that has no ranges and of a file that changes while
 *   it is read; `ZOSIA_DOWNLOAD_CORRUPT` for another size than is known; the signal's reason when cancelled
 */
export async function openRemote(
  remote: RemoteFile,
  options: RemoteAccessOptions = {},
): Promise<OpenRandomAccess> {
  const url = new URL(remote.url);
  url.username = url.password = url.hash = '';
  const blocks = new RemoteBlocks({ ...remote, url }, options);
  try {
    const sizeBytes = await blocks.open();
    return {
      sizeBytes,
      read: (offset, length) => blocks.read(offset, length),
      ...closable(() => blocks.close()),
    };
  } catch (error) {
    await blocks.close();
    throw error;
  }
}

class RemoteBlocks {
  readonly #http: Http;
  readonly #isOwn: boolean;
  readonly #blockBytes: number;
  /** The least recently read first. */
  readonly #blocks = new Map<number, Promise<Uint8Array>>();
  #first: AnsweredPart | undefined;
  #sizeBytes = 0;
  /** Where the last answer came from. */
  #place: Place | undefined;

  constructor(
    private readonly file: RemoteFile,
    private readonly options: RemoteAccessOptions,
  ) {
    this.#http = options.http ?? new Http(options.timings);
    this.#isOwn = options.http === undefined;
    this.#blockBytes = options.blockBytes ?? BLOCK_BYTES;
  }

  /** @returns the size of the file */
  async open(): Promise<number> {
    await this.#block(0);
    return this.#sizeBytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this.#sizeBytes, offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const at = offset + done;
      const index = Math.floor(at / this.#blockBytes);
      const block = await this.#block(index);
      const from = at - index * this.#blockBytes;
      const piece = block.subarray(from, from + length - done);
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  async close(): Promise<void> {
    this.#blocks.clear();
    if (this.#isOwn) await this.#http.close();
  }

  #block(index: number): Promise<Uint8Array> {
    const known = this.#blocks.get(index);
    this.#blocks.delete(index);
    const block = known ?? this.#fetch(index);
    this.#blocks.set(index, block);
    block.catch(() => this.#blocks.delete(index));
    const { cachedBlocks = CACHED_BLOCKS } = this.options;
    for (const [oldest] of this.#blocks) {
      if (this.#blocks.size <= cachedBlocks) break;
      this.#blocks.delete(oldest);
    }
    return block;
  }

  async #fetch(index: number): Promise<Uint8Array> {
    const { file, options } = this;
    const { signal, onWait } = options;
    try {
      return await this.#http.retry(file.url.host, () => this.#fetchOnce(index), {
        signal,
        onWait,
        onRetry: onWait,
      });
    } catch (error) {
      if (error instanceof WrongFile) throw downloadCorrupt(file, error.message, this.#place);
      if (error instanceof RequestFailure) throw downloadFailure(file, error, options.hints);
      if (!(error instanceof FileChanged)) throw error;
      const message = `${file.name} has changed on ${file.url.host} while it was read`;
      throw new ZosiaError('ZOSIA_DOWNLOAD_FAILED', message, {
        hint: 'Run the same command again.',
        cause: error,
      });
    }
  }

  async #fetchOnce(index: number): Promise<Uint8Array> {
    const { file, options } = this;
    const from = index * this.#blockBytes;
    const known = this.#first;
    const to = Math.min(from + this.#blockBytes, known ? this.#sizeBytes : Infinity);
    const ifRange = known && ifRangeOf(known.version);
    const headers = {
      range: `bytes=${from}-${to - 1}`,
      ...(ifRange !== undefined && { 'if-range': ifRange }),
    };
    const { credentials } = file;
    const answer = await this.#http.open(file.url, {
      headers,
      credentials,
      signal: options.signal,
    });
    this.#place = { url: answer.url, sentBy: answer.sentBy };
    try {
      const got = answeredPart(answer, [from, to], {
        version: known?.version ?? {},
        sizeBytes: known && this.#sizeBytes,
        hasBytes: known !== undefined,
      });
      return await this.#receive(answer, got, to);
    } catch (error) {
      throw failedAt(answer, error);
    } finally {
      answer.dispose();
    }
  }

  async #receive(answer: OpenAnswer, got: AnsweredPart, to: number): Promise<Uint8Array> {
    const { file } = this;
    const { sizeBytes } = got;
    // A small file may come whole, whatever was asked for.
    const isWhole = got.from === 0 && sizeBytes !== undefined && sizeBytes <= to;
    if ((!got.isRange && !isWhole) || sizeBytes === undefined) {
      throw new RequestFailure('it does not send parts of files', { isTransient: false });
    }
    if (file.sizeBytes !== undefined && file.sizeBytes !== sizeBytes) {
      throw new WrongFile(`it has ${sizeBytes} bytes, not ${file.sizeBytes}`);
    }
    if (got.to < Math.min(to, sizeBytes)) {
      throw new RequestFailure('it sends less than was asked for', { isTransient: true });
    }
    const bytes = new Uint8Array(got.to - got.from);
    let at = 0;
    for await (const chunk of answer.chunks()) {
      if (at + chunk.length > bytes.length) {
        throw new RequestFailure('it sends more than was asked for', { isTransient: true });
      }
      bytes.set(chunk, at);
      at += chunk.length;
    }
    if (at < bytes.length) throw new RequestFailure('its answer ends early', { isTransient: true });
    this.#first ??= got;
    this.#sizeBytes = sizeBytes;
    return bytes;
  }
}
