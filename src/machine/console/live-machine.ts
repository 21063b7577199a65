import type { Writable } from 'node:stream';
import { execa } from 'execa';
import { PIPED_QEMU, endOf, qemuCommand } from '../qemu/process.js';
import type { QemuCall, QemuEnd } from '../qemu/process.js';

/** How a machine ended. */
export interface LiveEnd extends QemuEnd {
  /** It was saved as it was, and goes on the next time. */
  readonly hasLeft?: boolean | undefined;
  /** Why it could not be, though it was to. */
  readonly failure?: Error | undefined;
}

/** A machine that has been started, as a session on its console sees it. */
export interface LiveMachine {
  /** What is typed. */
  readonly stdin: Writable;
  /** What the console shows; its end is the machine's. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Whether what is typed reaches the guest. Until then it is kept. */
  readonly isAwake: boolean;
  /** How QEMU has ended; to be awaited when `stdout` has. */
  readonly ended: Promise<LiveEnd>;
}

/** Starts QEMU with the machine's console on pipes. @param signal ends it */
export function startPiped(call: QemuCall, signal: AbortSignal): LiveMachine {
  const [program, ...args] = qemuCommand(call);
  const qemu = execa(program, args, { ...PIPED_QEMU, cancelSignal: signal });
  // A guest that is gone reads no more; how it went is told by its exit.
  qemu.stdin.on('error', () => undefined);
  return {
    stdin: qemu.stdin,
    stdout: qemu.stdout as AsyncIterable<Buffer>,
    isAwake: true,
    ended: qemu.then(endOf),
  };
}
