import { NO_LABEL } from '../layout/boot-sector.js';
import { decodeOem } from '../oem.js';

/** A label as text, without its padding and without what a terminal might take for commands. */
export function labelText(bytes: Uint8Array): string {
  return decodeOem(bytes)
    .replace(/ +$/, '')
    .replace(/\p{Cc}/gu, '_');
}

/** A label, or an empty text for one that stands for none. */
export function labelOrNone(label: string | undefined): string {
  return label === undefined || label === NO_LABEL.trimEnd() ? '' : label;
}
