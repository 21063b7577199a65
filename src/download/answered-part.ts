import type { OpenAnswer } from './http.js';
import type { Range } from './ranges.js';
import { RequestFailure, statusFailure } from './request-failure.js';
import { ifRangeOf, mayBeSame, versionOf } from './version.js';
import type { Version } from './version.js';

/** The file on the server is no longer the one of which there are bytes. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/** What is known of the file so far. */
export interface Known {
  readonly version: Version;
  readonly sizeBytes?: number | undefined;
  /** Whether there are bytes of it, with which others have to go together. */
  readonly hasBytes: boolean;
}

/** What an answer to a request for a range has. */
export interface AnsweredPart {
  /** Of the part; up to the end of the file where that is not told. */
  readonly from: number;
  readonly to: number;
  /** Of the whole file, where the server tells. */
  readonly sizeBytes: number | undefined;
  readonly version: Version;
  /** Whether it is a part because the server has ranges. */
  readonly isRange: boolean;
}

/** `bytes 0-99/1000`, or `*` where the server does not know the size (RFC 9110, 14.4). */
const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/;

/**
 * Tells what an answer has of a file.
 *
 * @param range what was asked for
 * @throws FileChanged; RequestFailure for an answer that is no part of the file
 */
export function answeredPart(answer: OpenAnswer, [from, to]: Range, known: Known): AnsweredPart {
  const { status, headers } = answer;
  const version = versionOf(headers);
  if (status === 200) return wholeFile(answer, version, known);
  if (status === 416) throw outOfRange(headers, known);
  if (status !== 206) throw statusFailure(status, headers);
  const [, first, last, size] = CONTENT_RANGE.exec(headers['content-range'] ?? '') ?? [];
  const end = Number(last) + 1;
  const sizeBytes = size === undefined || size === '*' ? undefined : Number(size);
  const isPart = Number(first) === from && end > from && end <= to;
  if (!isPart || (sizeBytes !== undefined && end > sizeBytes)) {
    throw new RequestFailure('it sends another part than was asked for', { isTransient: true });
  }
  if (known.hasBytes && !isOfKnown({ version, sizeBytes }, known)) throw new FileChanged();
  return { from, to: end, sizeBytes: sizeBytes ?? known.sizeBytes, version, isRange: true };
}

function wholeFile({ headers }: OpenAnswer, version: Version, known: Known): AnsweredPart {
  const told = headers['content-length'];
  const sizeBytes = told === undefined || !/^\d{1,15}$/.test(told) ? undefined : Number(told);
  const wasConditional = known.hasBytes && ifRangeOf(known.version) !== undefined;
  // The same strong tag again: the server only does not send ranges this time.
  const isSameTag = version.etag !== undefined && version.etag === known.version.etag;
  if (wasConditional && !isSameTag) throw new FileChanged();
  if (known.hasBytes && !isOfKnown({ version, sizeBytes }, known)) throw new FileChanged();
  return { from: 0, to: sizeBytes ?? Infinity, sizeBytes, version, isRange: false };
}

function isOfKnown(found: Pick<AnsweredPart, 'version' | 'sizeBytes'>, known: Known): boolean {
  const isOtherSize =
    found.sizeBytes !== undefined &&
    known.sizeBytes !== undefined &&
    found.sizeBytes !== known.sizeBytes;
  return !isOtherSize && mayBeSame(found.version, known.version);
}

/** 416: the file ends before the range, which it did not when its size was told. */
function outOfRange(headers: Readonly<Record<string, string>>, known: Known): Error {
  const [, size] = /^bytes \*\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? [];
  if (size === '0' && !known.hasBytes) {
    return new RequestFailure('the file is empty there', { isTransient: false, status: 416 });
  }
  if (known.hasBytes && size !== undefined && Number(size) !== known.sizeBytes)
    return new FileChanged();
  return statusFailure(416, headers);
}
