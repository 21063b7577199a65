import { execa } from 'execa';
import { PIPED_QEMU, endOf, qemuCommand } from './process.js';
import type { QemuCall, QemuEnd } from './process.js';

export interface RunToEndOptions {
  readonly signal: AbortSignal;
  /** Ends a machine that takes longer; none unless given. */
  readonly timeoutSeconds?: number | undefined;
  /** Takes what QEMU prints as it comes; while its promise is pending, the machine waits. */
  readonly onOutput?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
}

/** How a machine ended. */
export interface MachineEnd extends QemuEnd {
  readonly timedOut: boolean;
}

/**
 * Runs a machine that nobody types to, until it has ended. QEMU's input stays open all the while: at its
 * end a port that is tied to it would look unplugged to the guest.
 *
 * @throws the reason of `signal`; whatever `onOutput` throws
 */
export async function runToEnd(
  call: QemuCall,
  { signal, timeoutSeconds, onOutput }: RunToEndOptions,
): Promise<MachineEnd> {
  const [program, ...args] = qemuCommand(call);
  signal.throwIfAborted();
  const failed = new AbortController();
  const qemu = execa(program, args, {
    ...PIPED_QEMU,
    cancelSignal: AbortSignal.any([signal, failed.signal]),
    ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds * 1000 }),
  });
  try {
    for await (const bytes of qemu.stdout as AsyncIterable<Buffer>) await onOutput?.(bytes);
  } catch (error) {
    failed.abort();
    await qemu;
    throw error;
  }
  const end = await qemu;
  signal.throwIfAborted();
  return { ...endOf(end), timedOut: end.timedOut };
}
