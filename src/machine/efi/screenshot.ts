import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { Qmp } from '../qemu/qmp.js';

/** A screen that is still being written on changes within this time. */
const SAMPLE_INTERVAL_MS = 250;

export interface Screenshot {
  /** The picture, a PNG. */
  readonly png: Uint8Array;
  /** False if the time was over before the screen had settled. */
  readonly hasSettled: boolean;
}

export interface ScreenshotOptions {
  /** A folder for QEMU to write into. */
  readonly folder: string;
  /** Aborts when the guest has nothing more to show. */
  readonly finished: AbortSignal;
  /** Ends the wait for that. */
  readonly deadline: AbortSignal;
  readonly signal: AbortSignal;
}

/**
 * Takes a picture of a machine's screen once the guest is finished and two looks at it show the same;
 * or at the deadline, whatever there is then.
 *
 * @throws ZosiaError `ZOSIA_QMP_FAILED`; the reason of `signal`
 */
export async function takeScreenshot(
  qmp: Qmp,
  { folder, finished, deadline, signal }: ScreenshotOptions,
): Promise<Screenshot> {
  await aborted(AbortSignal.any([finished, deadline, signal]));
  let png = await dumpScreen(qmp, folder);
  for (;;) {
    signal.throwIfAborted();
    if (deadline.aborted) return { png, hasSettled: false };
    await delay(SAMPLE_INTERVAL_MS, undefined, { signal });
    const next = await dumpScreen(qmp, folder);
    if (Buffer.compare(png, next) === 0) return { png, hasSettled: true };
    png = next;
  }
}

/** QEMU's version that can write PNG. */
const FIRST_VERSION_WITH_PNG = [7, 1] as const;

/** @throws ZosiaError `ZOSIA_QEMU_TOO_OLD` */
export function requirePngScreenshots(version: readonly [number, number]): void {
  const [major, minor] = FIRST_VERSION_WITH_PNG;
  if (version[0] > major || (version[0] === major && version[1] >= minor)) return;
  throw new ZosiaError(
    'ZOSIA_QEMU_TOO_OLD',
    `QEMU ${version.join('.')} cannot write a screenshot as PNG`,
    {
      hint: wording`Install QEMU ${FIRST_VERSION_WITH_PNG.join('.')} or newer, or use ${option('window')}.`,
    },
  );
}

async function dumpScreen(qmp: Qmp, folder: string): Promise<Uint8Array> {
  const path = join(folder, 'screen.png');
  await qmp.execute('screendump', { filename: path, format: 'png' });
  const png = await readFile(path);
  await unlink(path);
  return png;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
