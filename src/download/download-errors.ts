import { ZosiaError } from '../errors.js';
import type { DownloadFileOptions, RemoteFile } from './remote-file.js';
import { shownPlace } from './place.js';
import type { Place } from './place.js';
import type { RequestFailure } from './request-failure.js';

const NETWORK_HINT =
  'Check the network connection and proxy settings, then run the same command again.';

/** What to do about statuses of which nobody knows more. */
const STATUS_HINTS: Readonly<Record<number, string>> = {
  401: 'It may want an account: sign in there, and give what it has given you.',
  403: 'It may want you to accept its terms, or to have an account there.',
  404: 'Check the name, or the URL.',
  410: 'Look for it elsewhere: it was there, and has been removed.',
  416: 'Run the same command again.',
  429: 'Try again later.',
};

function hintOf(status: number | undefined): string {
  if (status === undefined) return NETWORK_HINT;
  return (
    STATUS_HINTS[status] ?? (status >= 500 ? 'Try again later.' : 'Check the name, or the URL.')
  );
}

/** The error for a download that was given up. */
export function downloadFailure(
  { name, url }: RemoteFile,
  failure: RequestFailure,
  hints: DownloadFileOptions['hints'],
): ZosiaError {
  const { reason, status, place = { url, sentBy: [] } } = failure;
  return new ZosiaError(
    'ZOSIA_DOWNLOAD_FAILED',
    `cannot download ${name} from ${shownPlace(place)}: ${reason}`,
    {
      hint: failure.hint ?? hints?.(status) ?? hintOf(status),
      cause: failure,
    },
  );
}

/**
 * The error for what is not the file that was wanted.
 *
 * @param place where it came from last; the file's own URL unless given
 */
export function downloadCorrupt(
  { name, url }: RemoteFile,
  what: string,
  place: Place = { url, sentBy: [] },
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_DOWNLOAD_CORRUPT',
    `${name} from ${shownPlace(place)} is not the file that is wanted: ${what}`,
    {
      hint: 'Nothing of it was kept. Try again; if it happens again, the server or a proxy on the way changes files.',
    },
  );
}

/** The server has another file than the one that is wanted; no other try changes that. */
export class WrongFile extends Error {
  override readonly name = 'WrongFile';
}
