/** What tells one state of a file on a server from another (RFC 9110, 8.8). */
export interface Version {
  /** As the server has written it, with `W/` where it is weak. */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Whether the date alone is enough: the file had not changed for a while when the server said so. */
  readonly isDateStrong?: boolean | undefined;
}

/** What is sent back to servers and kept in files is no longer than this. */
const MAX_VALIDATOR_LENGTH = 1024;

/** A file that changed within so long before the answer may change again in the same second. */
const LEAST_AGE_MS = 60_000;

export function versionOf(headers: Readonly<Record<string, string>>): Version {
  const etag = validator(headers['etag']);
  const lastModified = validator(headers['last-modified']);
  const ageMs = Date.parse(headers['date'] ?? '') - Date.parse(lastModified ?? '');
  return { etag, lastModified, isDateStrong: ageMs >= LEAST_AGE_MS };
}

function validator(value: string | undefined): string | undefined {
  return value !== undefined && value !== '' && value.length <= MAX_VALIDATOR_LENGTH
    ? value
    : undefined;
}

/**
 * The validator for If-Range, with which a server that has another state by now sends all of that instead of a part
 * (RFC 9110, 13.1.5). A weak tag must not be sent there: it stays the same when bytes change a little.
 */
export function ifRangeOf({ etag, lastModified, isDateStrong }: Version): string | undefined {
  if (etag !== undefined) return isWeak(etag) ? undefined : etag;
  return isDateStrong === true ? lastModified : undefined;
}

/** Whether parts of both may be of one file, as far as the server tells. */
export function mayBeSame(one: Version, other: Version): boolean {
  const differs = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && a !== b;
  if (one.etag !== undefined && other.etag !== undefined) {
    return opaque(one.etag) === opaque(other.etag);
  }
  return !differs(one.lastModified, other.lastModified);
}

const isWeak = (etag: string): boolean => etag.startsWith('W/');
const opaque = (etag: string): string => etag.replace(/^W\//, '');
