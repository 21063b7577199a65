import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/** QEMU's windows, the one that suits a system best first. */
const WINDOWS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['cocoa', 'sdl'],
  linux: ['gtk', 'sdl'],
};

/**
 * Asks a QEMU program which window it can open.
 *
 * @returns a value for `-display`
 * @throws ZosiaError `ZOSIA_NO_DISPLAY`
 */
export async function findWindow(
  qemu: string,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  const { stdout } = await execa(qemu, ['-display', 'help'], {
    stdin: 'ignore',
    reject: false,
    timeout: 20_000,
  });
  const offered = parseDisplays(stdout);
  const window = (WINDOWS[platform] ?? ['gtk', 'sdl']).find((name) => offered.includes(name));
  if (window !== undefined) return window;
  throw new ZosiaError('ZOSIA_NO_DISPLAY', `${qemu} cannot open a window`, {
    hint: wording`Install QEMU's windows (Debian: qemu-system-gui), or leave ${option('window')} out: the console is on the terminal anyway.`,
  });
}

/** Reads `-display help`: a heading, then one name on each line. */
export function parseDisplays(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[a-z][a-z-]*$/.test(line));
}
