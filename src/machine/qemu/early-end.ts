import { setTimeout as delay } from 'node:timers/promises';
import { howItEnded } from './process.js';
import type { QemuEnd } from './process.js';

/** What a QEMU that closes its sockets takes to end. */
const ENDING_MS = 500;

/** How QEMU has ended, where that is why it could not be told anything; undefined where it goes on. */
export async function earlyEnd(
  ended: Promise<QemuEnd>,
  signal: AbortSignal,
): Promise<QemuEnd | undefined> {
  if (signal.aborted) return undefined;
  return Promise.race([ended, delay(ENDING_MS, undefined, { ref: false })]);
}

/** A QEMU that has ended says more about it than whoever finds its socket closed. */
export const explained = (error: unknown, end: QemuEnd | undefined): unknown =>
  end && end.stderr !== '' ? new Error(howItEnded(withReason(end))) : error;

/** What QEMU says last of any state that it cannot take, whatever the reason, which comes before. */
const NO_REASON = /: load of migration failed: .*$/;

function withReason(end: QemuEnd): QemuEnd {
  const { stderr = '' } = end;
  const reason = stderr
    .trim()
    .split('\n')
    .findLast((line) => !NO_REASON.test(line));
  return reason === undefined ? end : { ...end, stderr: reason };
}
