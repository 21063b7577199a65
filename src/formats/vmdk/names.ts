import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { MAX_NAME_BYTES } from './layout.js';

/**
 * Checks that QEMU will open exactly the file that an extent names. Descriptors have no escapes, so
 * some names cannot be said in them; the caller makes a link with a plain name then.
 *
 * @throws ZosiaError `ZOSIA_VMDK_NAME`
 */
export function checkExtentName(name: string): void {
  const reason = unsayable(name);
  if (reason === undefined) return;
  throw new ZosiaError(
    'ZOSIA_VMDK_NAME',
    `a VMDK cannot refer to ${JSON.stringify(name.slice(0, 200))}: ${reason}`,
    { hint: 'Rename the file, or refer to it through a link with a plain name.' },
  );
}

/** Whether {@link checkExtentName} lets a name pass. */
export function isExtentName(name: string): boolean {
  return unsayable(name) === undefined;
}

function unsayable(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  if (/["\p{Cc}]/u.test(name)) return 'the name has a quote or a control character';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return `the name is longer than ${MAX_NAME_BYTES} bytes`;
  }
  // QEMU takes what stands before a colon for a protocol, unless a slash comes first.
  if (/^[^/]*:/.test(name)) return 'the colon makes it look like a protocol';
  // QEMU searches the whole text for this key, names included.
  if (name.includes('parentFileNameHint')) return 'the name is a keyword of the format';
  return undefined;
}
