import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { digestFile } from '../host/digest.js';
import { noRoom, readFreeBytes } from '../host/free-space.js';
import { makeOutputFolder, outputError } from '../host/output-file.js';
import { sweepOnce } from '../host/temporary.js';
import { isOutOfRoom } from '../host/system-errors.js';
import type { OwnedLock } from '../host/owned-lock.js';
import { WrongFile, downloadCorrupt, downloadFailure } from './download-errors.js';
import { Http } from './http.js';
import type { HttpOptions } from './http.js';
import { partPath } from './journal.js';
import { lockDownload, lockLost } from './one-downloader.js';
import type { LockTimings } from './one-downloader.js';
import { PartFile } from './part-file.js';
import type { Place } from './place.js';
import type {
  DownloadFile,
  DownloadFileOptions,
  DownloadedFile,
  RemoteFile,
} from './remote-file.js';
import { RequestFailure } from './request-failure.js';
import { Transfer } from './transfer.js';

const CONNECTIONS = 4;
const SEGMENT_BYTES = 32 << 20;
const PROGRESS_BYTES = 1 << 20;

/** What a downloader is made of; tests give it less time and smaller pieces. */
export interface DownloaderOptions extends HttpOptions, LockTimings {
  /** Connections that others use, too; its own unless given. */
  readonly http?: Http | undefined;
  /** What is asked for at once: 32 MiB unless given. */
  readonly segmentBytes?: number | undefined;
  /** Earlier failures are forgotten after so many bytes; 1 MiB unless given. */
  readonly progressBytes?: number | undefined;
  /** The journal is written after so many bytes; 16 MiB unless given. */
  readonly journalBytes?: number | undefined;
  /** The free space of a folder; the system's word unless given. */
  readonly readFree?: ((folder: string) => Promise<number | undefined>) | undefined;
}

/** Makes a {@link DownloadFile}. */
export function makeDownloader(options: DownloaderOptions = {}): DownloadFile {
  let http = options.http;
  return async (remote, target, fileOptions = {}) => {
    http ??= new Http(options);
    const download = new Download(bare(remote), target, fileOptions, { ...options, http });
    return download.run();
  };
}

/** {@link DownloadFile} with connections that all downloads of this process share. */
export const downloadFile: DownloadFile = makeDownloader();

/** The file with a URL that can be sent and compared, and a digest in small letters. */
function bare(remote: RemoteFile): RemoteFile {
  const url = new URL(remote.url);
  url.username = url.password = url.hash = '';
  return { ...remote, url, sha256: remote.sha256?.toLowerCase() };
}

/** One download of one file. */
class Download {
  /** Where bytes came from last. */
  #place: Place | undefined;

  constructor(
    private readonly file: RemoteFile,
    private readonly target: string,
    private readonly options: DownloadFileOptions,
    private readonly means: DownloaderOptions & { readonly http: Http },
  ) {}

  async run(): Promise<DownloadedFile> {
    const { file, target, options } = this;
    options.signal?.throwIfAborted();
    await makeOutputFolder(dirname(target));
    await sweepOnce(dirname(target));
    try {
      const { lock, hasWaited } = await lockDownload(target, file.name, options, this.means);
      try {
        const there = hasWaited ? await this.#findDownloaded() : undefined;
        return there ?? (await this.#download(lock));
      } finally {
        await lock.release();
      }
    } catch (error) {
      if (error instanceof RequestFailure) throw downloadFailure(file, error, options.hints);
      throw outputError(target, error);
    }
  }

  /** What the process that was waited for has downloaded, if it has, and it is right. */
  async #findDownloaded(): Promise<DownloadedFile | undefined> {
    const { file, target, options } = this;
    const status = await lstat(target).catch(() => undefined);
    if (!status?.isFile()) return undefined;
    const { size: sizeBytes } = status;
    if (file.sizeBytes !== undefined && file.sizeBytes !== sizeBytes) return undefined;
    const sha256 = await digestFile(target, sizeBytes, options.signal);
    if (file.sha256 !== undefined && file.sha256 !== sha256) return undefined;
    options.onBytes?.(sizeBytes, sizeBytes);
    return { sizeBytes, sha256 };
  }

  async #download(lock: OwnedLock): Promise<DownloadedFile> {
    const { file, target } = this;
    const { origin, pathname } = file.url;
    const part = await PartFile.open(
      target,
      { ...file, from: `${origin}${pathname}` },
      this.means.journalBytes,
    );
    let isDone = false;
    try {
      const found = await this.#receive(part);
      if (found === undefined) {
        isDone = true;
        await part.remove();
        throw downloadCorrupt(file, 'its sha256 differs', this.#place);
      }
      if (!(await lock.isOwn())) throw await lockLost(target, file.name);
      await part
        .requireUntouched(found.sizeBytes, found.sha256, this.options.signal)
        .catch(async (error: unknown) => {
          // Nobody can tell which of its bytes are right.
          if (this.options.signal?.aborted !== true) {
            isDone = true;
            await part.remove();
          }
          throw error;
        });
      await part.publish();
      isDone = true;
      return found;
    } catch (error) {
      if (isDone) throw error;
      const isWrong = error instanceof WrongFile;
      // What is there of a file that was not to be had goes on being there for the next run.
      await (isWrong ? part.remove() : part.keep()).catch(() => undefined);
      if (isOutOfRoom(error)) await this.#tellRoom(part);
      throw isWrong ? downloadCorrupt(file, error.message, this.#place) : error;
    }
  }

  /** @throws ZosiaError `ZOSIA_DISK_FULL` with figures, where they are known and say that there is no room */
  async #tellRoom(part: PartFile): Promise<void> {
    if (part.sizeBytes === undefined) return;
    await this.#checkRoom(part.sizeBytes - part.ranges.totalBytes);
  }

  /** @returns undefined when all bytes came, and are wrong */
  async #receive(part: PartFile): Promise<DownloadedFile | undefined> {
    const { file, options } = this;
    const { http, segmentBytes = SEGMENT_BYTES, progressBytes = PROGRESS_BYTES } = this.means;
    const { signal, onWait, onBytes, onNote, connections = CONNECTIONS } = options;
    const note = (line: string): void => onNote?.(line);
    for (;;) {
      if (part.hasOldBytes) onBytes?.(part.ranges.totalBytes, part.sizeBytes);
      const transfer = new Transfer({
        http,
        file,
        part,
        connections: Math.max(1, connections),
        segmentBytes,
        progressBytes,
        checkSize: (sizeBytes) => this.#checkSize(sizeBytes, part),
        checkRoom: (moreBytes) => this.#checkRoom(moreBytes),
        onBytes: (received, total) => onBytes?.(received, total),
        onNote: note,
        onPlace: ({ url, sentBy }) => (this.#place = { url, sentBy }),
        onRetry: onWait,
        onWait,
        signal,
      });
      const sizeBytes = await transfer.run();
      const sha256 = await part.digest(sizeBytes, signal);
      if (file.sha256 === undefined || file.sha256 === sha256) {
        const place = this.#place;
        return { sizeBytes, sha256, ...(place?.sentBy.length && { from: place }) };
      }
      if (!part.hasOldBytes) return undefined;
      note(`what an earlier run has left of ${file.name} is damaged: it is downloaded anew`);
      await part.restart();
    }
  }

  /** @throws WrongFile; ZosiaError `ZOSIA_DISK_FULL` */
  async #checkSize(sizeBytes: number, part: PartFile): Promise<void> {
    const { file } = this;
    const { maxBytes = Infinity } = file;
    if (file.sizeBytes !== undefined && file.sizeBytes !== sizeBytes) {
      throw new WrongFile(`it has ${sizeBytes} bytes, not ${file.sizeBytes}`);
    }
    if (sizeBytes > maxBytes) throw new WrongFile(`it is longer than ${maxBytes} bytes`);
    if (sizeBytes === 0 && file.sizeBytes !== 0) throw new WrongFile('it is empty');
    await this.#checkRoom(sizeBytes - part.ranges.totalBytes);
  }

  /** @throws ZosiaError `ZOSIA_DISK_FULL` */
  async #checkRoom(neededBytes: number): Promise<void> {
    const { target } = this;
    const { readFree = readFreeBytes } = this.means;
    const freeBytes = await readFree(dirname(target));
    if (freeBytes !== undefined && neededBytes > freeBytes) {
      throw noRoom(partPath(target), neededBytes, freeBytes);
    }
  }
}
