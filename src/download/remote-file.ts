import type { Text } from '../wording.js';
import type { Place } from './place.js';

/** A file that another host has. */
export interface RemoteFile {
  /** What messages and rows of progress call it. */
  readonly name: string;
  /** Where it is, by http or https, without user and password. */
  readonly url: URL;
  /** Sent to the URL's own origin (scheme, host and port) alone: a redirect to another drops them. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** Bytes, where they are known beforehand: another length is an error. */
  readonly sizeBytes?: number | undefined;
  /** The sha256 in 64 hexadecimal digits, where it is known beforehand: another digest is an error. */
  readonly sha256?: string | undefined;
  /** The most bytes that are taken where the size is not known. */
  readonly maxBytes?: number | undefined;
}

/** A file whose last byte has arrived and whose digest has been computed. */
export interface DownloadedFile {
  readonly sizeBytes: number;
  /** 64 hexadecimal digits; equal to the file's own, where that was known. */
  readonly sha256: string;
  /** Where its bytes came from last, where another host than its URL's sent them. */
  readonly from?: Place | undefined;
}

export interface DownloadFileOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes there are so far, those of an earlier run included, and with how many there will be. */
  readonly onBytes?: ((receivedBytes: number, totalBytes: number | undefined) => void) | undefined;
  /** Called before a pause: one that the server asks for, or one before another try. */
  readonly onWait?: ((reason: string, pauseMs: number) => void) | undefined;
  /** Called with a line that the user should see: that a file has changed there, and is begun anew. */
  readonly onNote?: ((line: string) => void) | undefined;
  /**
   * True: while another process downloads the same file, its end is waited for, and then what it has downloaded is
   * taken. Else that is an error.
   */
  readonly wait?: boolean | undefined;
  /** What to do about an answer with a status that is an error; undefined for what is said of any host. */
  readonly hints?:
    ((statusCode?: number) => Text | readonly [Text, ...Text[]] | undefined) | undefined;
  /** Requests of one file that run side by side; 4 unless given. */
  readonly connections?: number | undefined;
}

/**
 * Downloads a file to `target`: by ranges side by side where the server has them, on from what an earlier
 * run left beside it (`target` + `.part`, with what is needed to go on), with the sha256 computed on the
 * way. `target` appears once all bytes are there and are right, by a rename; never before.
 *
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_DOWNLOAD_CORRUPT`, `ZOSIA_DISK_FULL`,
 *   `ZOSIA_DOWNLOAD_BUSY` while another process downloads the same file; the signal's reason when cancelled
 */
export type DownloadFile = (
  file: RemoteFile,
  target: string,
  options?: DownloadFileOptions,
) => Promise<DownloadedFile>;
