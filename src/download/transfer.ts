import { FileChanged, answeredPart } from './answered-part.js';
import type { AnsweredPart, Known } from './answered-part.js';
import { mapBounded } from './bounded.js';
import { FileRequests } from './file-requests.js';
import type { Http, OpenAnswer } from './http.js';
import type { PartFile } from './part-file.js';
import type { PatienceOptions } from './patience.js';
import type { Place } from './place.js';
import { cut } from './ranges.js';
import type { Range } from './ranges.js';
import { receive } from './receive.js';
import type { RemoteFile } from './remote-file.js';
import { RequestFailure, failedAt } from './request-failure.js';
import { ifRangeOf } from './version.js';
import type { Version } from './version.js';

/** A file that changes more often than this while it is downloaded is given up. */
const MAX_RESTARTS = 2;

export interface TransferOptions extends PatienceOptions {
  readonly http: Http;
  /** Its URL has neither user nor password. */
  readonly file: RemoteFile;
  readonly part: PartFile;
  readonly connections: number;
  readonly segmentBytes: number;
  /** Earlier failures are forgotten after so many bytes. */
  readonly progressBytes: number;
  /** Called once the size is known, before the bytes are received. @throws where the file cannot be taken */
  readonly checkSize: (sizeBytes: number) => Promise<void>;
  /** Called now and then for a file of unknown size. @throws where there is no room for so many bytes more */
  readonly checkRoom: (moreBytes: number) => Promise<void>;
  readonly onBytes: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly onNote: (line: string) => void;
  /** Called with where bytes come from. */
  readonly onPlace: (place: Place) => void;
}

/** Gets the bytes that a partial file lacks. */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #requests: FileRequests;
  /** Segments that nobody gets yet. */
  #queue: Range[] = [];
  #workers = 0;
  /** Set for a file whose parts cannot be told to belong together: it comes in one answer. */
  #isUndivided = false;
  #mostBytes: number;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#requests = new FileRequests(options.http, options.file);
    this.#mostBytes = options.part.ranges.totalBytes;
  }

  /**
   * @returns the size of the file, all bytes of which then are there
   * @throws RequestFailure; the system's errors as they are; the signal's reason when cancelled
   */
  async run(): Promise<number> {
    const { http, file, part, progressBytes } = this.#options;
    const { host } = file.url;
    const patience = http.patience(host, this.#options);
    for (let restarts = 0; ;) {
      try {
        await patience.ready();
        await this.#step();
        const { sizeBytes } = part;
        if (sizeBytes !== undefined && part.ranges.missing(sizeBytes).length === 0)
          return sizeBytes;
        throw new RequestFailure('its answer ends early', { isTransient: true });
      } catch (error) {
        if (part.ranges.totalBytes >= this.#mostBytes + progressBytes) patience.progressed();
        this.#mostBytes = Math.max(this.#mostBytes, part.ranges.totalBytes);
        if (!(error instanceof FileChanged)) {
          await patience.pauseAfter(error);
        } else if (restarts++ === MAX_RESTARTS) {
          throw new RequestFailure('the file changes there again and again', {
            isTransient: false,
          });
        } else {
          this.#options.onNote(`${file.name} has changed on ${host}: it is downloaded anew`);
          await part.restart();
        }
      }
    }
  }

  /** Asks for the first part that lacks, and gets all that lacks by ranges, or in one answer. */
  async #step(): Promise<void> {
    const { part, segmentBytes, connections, signal, checkSize } = this.#options;
    if (this.#isUndivided) return this.#getWhole();
    if (part.ranges.totalBytes > 0 && !this.#isProof(part.version)) await part.restart();
    const { sizeBytes } = part;
    const at = part.ranges.endFrom(0);
    const lacking =
      sizeBytes === undefined
        ? ([at, at + segmentBytes] as const)
        : part.ranges.missing(sizeBytes)[0];
    if (lacking === undefined) return;
    const range = cut([lacking], segmentBytes)[0]!;
    const answer = await this.#open(range);
    try {
      const got = answeredPart(answer, range, this.#known());
      if (!got.isRange) {
        await this.#receiveWhole(answer, got);
        return;
      }
      if (this.#isProof(got.version) && got.sizeBytes !== undefined) {
        await checkSize(got.sizeBytes);
        part.describe(got.version, got.sizeBytes);
        this.#queue = cut(part.ranges.missing(got.sizeBytes), segmentBytes);
        const count = Math.min(connections, this.#queue.length);
        const begun = this.#queue.shift()!;
        this.#workers = count;
        await mapBounded(
          Array.from({ length: count }, (_, index) => index),
          count,
          (index, all) => this.#work(all, index === 0 ? { answer, range: begun } : undefined),
          signal,
        );
        return;
      }
    } catch (error) {
      throw failedAt(answer, error);
    } finally {
      answer.dispose();
    }
    this.#isUndivided = true;
    await this.#getWhole();
  }

  /**
   * Gets segment after segment.
   *
   * @param begun a segment, the answer for which is there already
   */
  async #work(
    signal: AbortSignal,
    begun?: { readonly answer: OpenAnswer; readonly range: Range },
  ): Promise<void> {
    const { http, file, part, progressBytes } = this.#options;
    const patience = http.patience(file.url.host, { ...this.#options, signal });
    let answer = begun?.answer;
    let progress = 0;
    for (let range = begun?.range ?? this.#queue.shift(); range; range = this.#queue.shift()) {
      while (range[0] < range[1]) {
        try {
          await patience.ready();
          await this.#getSegment(range, signal, answer);
          break;
        } catch (error) {
          const at = Math.min(part.ranges.endFrom(range[0]), range[1]);
          progress += at - range[0];
          range = [at, range[1]];
          if (progress >= progressBytes) {
            patience.progressed();
            progress = 0;
          }
          try {
            await patience.pauseAfter(error);
          } catch (last) {
            if (!(last instanceof RequestFailure) || !last.isTransient) throw last;
            if (this.#workers === 1) throw last.last;
            // The server may let nobody have so many connections: the others get this, too.
            this.#workers--;
            this.#queue.unshift(range);
            return;
          }
        } finally {
          answer = undefined;
        }
      }
    }
    this.#workers--;
  }

  async #getSegment(range: Range, signal: AbortSignal, begun?: OpenAnswer): Promise<void> {
    const answer = begun ?? (await this.#open(range, signal));
    try {
      const got = answeredPart(answer, range, this.#known());
      if (!got.isRange) {
        throw new RequestFailure('it sends the whole file instead of a part', {
          isTransient: true,
        });
      }
      await this.#receive(answer, got);
      if (got.to < range[1]) {
        throw new RequestFailure('it sends less than was asked for', { isTransient: true });
      }
    } catch (error) {
      throw failedAt(answer, error);
    } finally {
      answer.dispose();
    }
  }

  async #getWhole(): Promise<void> {
    const answer = await this.#open();
    try {
      const got = answeredPart(answer, [0, 0], { version: {}, hasBytes: false });
      await this.#receiveWhole(answer, got);
    } catch (error) {
      throw failedAt(answer, error);
    } finally {
      answer.dispose();
    }
  }

  async #receiveWhole(answer: OpenAnswer, got: AnsweredPart): Promise<void> {
    const { part, file, checkSize } = this.#options;
    if (part.ranges.totalBytes > 0) await part.restart();
    const { sizeBytes } = got;
    const expected = sizeBytes ?? file.sizeBytes;
    if (expected !== undefined) await checkSize(expected);
    const isMarked = sizeBytes !== undefined || 'transfer-encoding' in answer.headers;
    if (!isMarked && file.sizeBytes === undefined && file.sha256 === undefined) {
      throw new RequestFailure('it does not tell where the file ends', { isTransient: false });
    }
    part.describe(got.version, expected);
    const end = await this.#receive(answer, got);
    // A connection that breaks looks like the end of a body that has no other end.
    if (!isMarked && expected !== undefined && end < expected) {
      throw new RequestFailure('its answer ends early', { isTransient: true });
    }
    if (sizeBytes === undefined) {
      await checkSize(end);
      part.describe(got.version, end);
    }
  }

  async #receive(answer: OpenAnswer, { from, to }: AnsweredPart): Promise<number> {
    const { part, file, onBytes, segmentBytes, checkRoom } = this.#options;
    let nextCheck = from + segmentBytes;
    const { sizeBytes, maxBytes = Infinity } = file;
    const most = sizeBytes ?? maxBytes;
    return receive(answer, part, {
      from,
      to,
      mostBytes: most,
      onWritten: () => {
        onBytes(part.ranges.totalBytes, part.sizeBytes);
      },
      checkRoom: async (end) => {
        if (part.sizeBytes !== undefined || end < nextCheck) return;
        nextCheck = end + segmentBytes;
        await checkRoom(segmentBytes);
      },
    });
  }

  /** Whether parts can be put together: by what the server says of them, or since the digest tells in the end. */
  #isProof(version: Version): boolean {
    return this.#options.file.sha256 !== undefined || ifRangeOf(version) !== undefined;
  }

  #known(): Known {
    const { version, sizeBytes, ranges } = this.#options.part;
    return { version, sizeBytes, hasBytes: ranges.totalBytes > 0 };
  }

  /** @param range the part to ask for; all unless given */
  async #open(range?: Range, signal = this.#options.signal): Promise<OpenAnswer> {
    const answer = await this.#requests.open(range, this.#known(), signal);
    this.#options.onPlace(answer);
    return answer;
  }
}
