import { Buffer } from 'node:buffer';

const ESC = '\u001b';
/** Control sequences of a terminal (ECMA-48), with which firmware clears the screen; and the ends of lines. */
const CONTROLS = new RegExp(`^(?:[\\r\\n]|${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}[@-Z\\\\-_])`);
/** The beginning of such a sequence. */
const UNFINISHED = new RegExp(`^${ESC}(?:\\[[0-?]*[ -/]*)?$`);
/** What EDK II's firmware for QEMU's virt machine says first (ArmVirtPkg, PrintFirmwareVersion). */
const BANNER = /^UEFI firmware \([^\r\n]*[\r\n]/;
const BANNER_START = 'UEFI firmware (';
/** Longer than what is held back ever is. */
const MAX_HELD = 256;

/**
 * Takes out of a console's bytes what UEFI firmware prints as long as all goes well: control sequences that
 * clear the screen, and its version. The first other text ends that, and is passed on with all that
 * follows: the kernel's, PID 1's, or the firmware's own about what went wrong.
 */
export class FirmwareOutput {
  #held = '';
  #hasEnded = false;

  /** Takes bytes in pieces of any size. @returns those that are not the firmware's */
  strip(bytes: Uint8Array): Uint8Array {
    if (this.#hasEnded) return bytes;
    let text = this.#held + Buffer.from(bytes).toString('latin1');
    for (let found; (found = CONTROLS.exec(text) ?? BANNER.exec(text));) {
      text = text.slice(found[0].length);
    }
    if (text.length < MAX_HELD && isUnfinished(text)) {
      this.#held = text;
      return new Uint8Array();
    }
    this.#hasEnded = true;
    return Buffer.from(text, 'latin1');
  }
}

const isUnfinished = (text: string): boolean =>
  UNFINISHED.test(text) ||
  BANNER_START.startsWith(text) ||
  text.startsWith(BANNER_START) ||
  text === '';
