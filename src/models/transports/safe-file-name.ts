import { badAnswer } from './failures.js';
import { shownText } from '../../download/shown-text.js';
import { deceptiveCharacter } from '../../formats/unseen.js';
import { isPlainPath } from '../references/reference-error.js';

/** The most bytes that the names of files have on the usual file systems. */
const MAX_BYTES = 255;
/** What goes behind it while a file is downloaded. */
const ROOM = 32;

/**
 * A name that a server tells, which a file may have here: one name, without a folder, that is not hidden.
 *
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED`
 */
export function safeFileName(name: string): string {
  requirePlain(name);
  const isSafe =
    isPlainPath(name) &&
    !name.includes('/') &&
    !name.startsWith('.') &&
    new TextEncoder().encode(name).length <= MAX_BYTES - ROOM;
  if (isSafe) return name;
  throw badAnswer(`${shownText(name)} is no name that a file may have here`);
}

/**
 * Refuses a name or a path that a server tells, and that could be taken for another.
 *
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED`
 */
export function requirePlain(name: string): void {
  const deceptive = deceptiveCharacter(name);
  if (deceptive === undefined) return;
  throw badAnswer(`${shownText(name)} is no name that a file may have here: it has ${deceptive}`);
}

/** The name of a model, out of the name of a file. */
export function nameFrom(stem: string): string {
  const plain = stem.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return plain === '' ? 'model' : plain.slice(0, MAX_NAME);
}

const MAX_NAME = 128;
