import { setTimeout as sleep } from 'node:timers/promises';

/** How often is looked whether there is anybody, in ms. */
const LOOK_MS = 1000;

/**
 * Waits until nobody has been there for a while: whoever listens for the server then, as systemd does, starts it
 * again.
 *
 * @param quietMs how long nobody has to have been there
 * @param isBusy whether there is anybody, or anything that is kept for somebody
 */
export async function untilQuiet(
  quietMs: number,
  isBusy: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let lastMs = performance.now();
  while (performance.now() - lastMs < quietMs && !signal.aborted) {
    await sleep(Math.min(LOOK_MS, quietMs), undefined, { signal }).catch(() => undefined);
    if (await isBusy()) lastMs = performance.now();
  }
}
