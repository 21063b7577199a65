import { escapeName } from '../formats/escaped-name.js';
import { shortened } from '../wording.js';

const MAX_SHOWN = 80;

/** Text of a user or a server as messages show it, on one line and not too long. */
export const shownText = (text: string): string => shownWithin(text, MAX_SHOWN);

/** {@link shownText} of at most so many characters. */
export const shownWithin = (text: string, maxCharacters: number): string =>
  shortened(escapeName(new TextEncoder().encode(text)), maxCharacters);

/**
 * A URL as messages show it: without user name, password, query and fragment, any of which may be secret, or
 * long.
 */
export function shownUrl(url: URL): string {
  return shownText(`${url.protocol}//${url.host}${url.pathname}`);
}
