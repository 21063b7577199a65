import { shownWithin } from './shown-text.js';

/** Where an answer came from, or did not. */
export interface Place {
  /** After redirections; may have secrets in its query. */
  readonly url: URL;
  /** The hosts that sent the request on to another one, the first asked first; none where none did. */
  readonly sentBy: readonly string[];
}

/** Addresses of hosts that have the bytes alone are longer than those that people write. */
const MAX_SHOWN = 200;

/**
 * A place as messages show it, without what may be secret: `https://cdn.example/path (sent there by hub.example)`.
 */
export function shownPlace({ url, sentBy }: Place): string {
  const shown = shownWithin(`${url.protocol}//${url.host}${url.pathname}`, MAX_SHOWN);
  return sentBy.length === 0 ? shown : `${shown} (sent there by ${sentBy.join(', then ')})`;
}

/** Who has answered: the host that was asked, as messages call it, unless that has sent the request to another. */
export const shownAnswerer = (
  { url, sentBy = [] }: { readonly url: URL; readonly sentBy?: readonly string[] | undefined },
  asked: string,
): string => (sentBy.length === 0 ? asked : shownPlace({ url, sentBy }));
