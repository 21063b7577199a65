import { LAYOUT, FLAGS, MAGIC, MESSAGE_BYTES, ENTROPY_BYTES } from './wake-layout.js';

/** What a machine that stands at its rendezvous is told when it goes on: guest/init/wake has the other side. */
export interface WakeMessage {
  /** The host's clock, since 1970. */
  readonly timeMs: number;
  /** {@link ENTROPY_BYTES} of the host's random numbers: copies of one machine would all draw the same. */
  readonly entropy: Uint8Array;
  /** The user's terminal; unknown unless given. */
  readonly window?: { readonly rows: number; readonly columns: number } | undefined;
  /** What is typed comes from a pipe. */
  readonly isPiped?: boolean | undefined;
  /** Leaving is another rendezvous, and does not power off. */
  readonly isSession?: boolean | undefined;
}

/** @throws RangeError for entropy of another length */
export function encodeWakeMessage(message: WakeMessage): Buffer {
  const { timeMs, entropy, window, isPiped = false, isSession = false } = message;
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError(`entropy has ${ENTROPY_BYTES} bytes`);
  const bytes = Buffer.alloc(MESSAGE_BYTES);
  bytes.write(MAGIC, LAYOUT.magic, 'latin1');
  const seconds = Math.floor(timeMs / 1000);
  bytes.writeBigUInt64LE(BigInt(seconds), LAYOUT.seconds);
  // Rounded up it could be a second, which is none of this field's.
  const nanoseconds = Math.min(Math.floor((timeMs - seconds * 1000) * 1e6), 999_999_999);
  bytes.writeUInt32LE(nanoseconds, LAYOUT.nanoseconds);
  bytes.writeUInt16LE(cells(window?.rows), LAYOUT.rows);
  bytes.writeUInt16LE(cells(window?.columns), LAYOUT.columns);
  bytes.writeUInt32LE((isPiped ? FLAGS.piped : 0) | (isSession ? FLAGS.session : 0), LAYOUT.flags);
  bytes.set(entropy, LAYOUT.entropy);
  return bytes;
}

const cells = (count = 0): number => Math.min(count, 0xffff);
