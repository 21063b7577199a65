import type { Readable, Writable } from 'node:stream';
import { EscapeKeys } from './escape-keys.js';

const LINE_FEED = 0x0a;

/**
 * What ends a session in its turn, after everything typed before has been answered: llama-cli's command
 * (it takes no Ctrl+D), and Ctrl+D for the stub prompt (which answers the command with its help).
 * `/poweroff` would not wait its turn: the guest heeds it at once.
 */
const LAST_WORDS = Buffer.from('/exit\n\u0004');

/** Input on its way to the guest. */
export interface InputRelay {
  /** To be called when the guest has begun to read its console; more than once does no harm. */
  readonly start: () => void;
  /** Lets go of the input stream, so that it does not keep the process alive. */
  readonly detach: () => void;
}

/** Passes keys on as they are typed, but for the escape hatch. */
export function relayKeys(
  input: Readable,
  guest: Writable,
  onEndRequested: () => void,
): InputRelay {
  const keys = new EscapeKeys();
  const detach = relay(input, guest, {
    data(bytes) {
      const { forward, end } = keys.feed(bytes);
      if (end) onEndRequested();
      return forward;
    },
    end: () => new Uint8Array(0),
  });
  return { start: () => undefined, detach };
}

/**
 * Passes on what a pipe or a file has to say. Until the guest reads its console nothing is read here
 * either: its serial port would drop what nobody takes. Its end is typed as
 * the words that end a session.
 */
export function relayPipedInput(input: Readable, guest: Writable): InputRelay {
  let last = LINE_FEED;
  let detach: (() => void) | undefined;
  return {
    start() {
      detach ??= relay(input, guest, {
        data(bytes) {
          last = bytes.at(-1) ?? last;
          return bytes;
        },
        end: () => (last === LINE_FEED ? LAST_WORDS : Buffer.from(`\n${LAST_WORDS.toString()}`)),
      });
    },
    detach() {
      detach?.();
    },
  };
}

interface Transformation {
  readonly data: (bytes: Uint8Array) => Uint8Array;
  readonly end: () => Uint8Array;
}

/** Pipes with back-pressure, without ever closing the guest's end: QEMU takes that for a hang-up. */
function relay(input: Readable, guest: Writable, { data, end }: Transformation): () => void {
  const send = (bytes: Uint8Array): void => {
    if (bytes.length > 0 && !guest.write(bytes)) input.pause();
  };
  const onData = (bytes: Buffer): void => {
    send(data(bytes));
  };
  const onEnd = (): void => {
    send(end());
  };
  const onDrain = (): void => {
    input.resume();
  };
  input.on('data', onData);
  input.on('end', onEnd);
  guest.on('drain', onDrain);
  return () => {
    input.removeListener('data', onData);
    input.removeListener('end', onEnd);
    guest.removeListener('drain', onDrain);
    input.pause();
  };
}
