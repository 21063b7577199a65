import type { Readable, Writable } from 'node:stream';
import { EscapeKeys } from './escape-keys.js';
import { plainLines } from './plain-lines.js';
import { LINE_FEED } from '../ascii.js';

/** Input on its way to the guest. */
export interface InputRelay {
  /** Tells how many lines the guest has been ready to read so far; it never gets fewer. */
  readonly want: (lines: number) => void;
  /** Lets go of the input stream, so that it does not keep the process alive. */
  readonly detach: () => void;
}

const CTRL_C = 0x03;

/**
 * Passes keys on as they are typed, but for the escape hatch. Until the guest listens, Ctrl+C is one, too:
 * it would be lost on the way.
 */
export function relayKeys(
  input: Readable,
  guest: Writable,
  onEndRequested: () => void,
  isListening: () => boolean = () => true,
): InputRelay {
  const keys = new EscapeKeys();
  const detach = relay(input, guest, {
    data(bytes) {
      const { forward, end } = keys.feed(bytes);
      if (end || (!isListening() && forward.includes(CTRL_C))) onEndRequested();
      return forward;
    },
    end: () => new Uint8Array(0),
  });
  return { want: () => undefined, detach };
}

/** How much of the input is read before the guest wants it. */
const READ_AHEAD_BYTES = 1 << 16;

/**
 * Passes on what a pipe or a file has to say, a line whenever the guest asks for one: its serial port drops
 * what nobody takes. Its end is typed as the words that end a session.
 *
 * @param endOfInput with the end of their line
 */
export function relayLines(input: Readable, guest: Writable, endOfInput: string): InputRelay {
  let waiting = Buffer.alloc(0);
  let last = LINE_FEED;
  let wanted = 0;
  let ended = 0;
  const send = (): void => {
    while (ended < wanted && waiting.length > 0 && !guest.writableNeedDrain) {
      const end = waiting.indexOf(LINE_FEED);
      const length = end === -1 ? waiting.length : end + 1;
      guest.write(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
      if (end !== -1) ended++;
    }
    if (waiting.length < READ_AHEAD_BYTES) input.resume();
    else input.pause();
  };
  const add = (bytes: Uint8Array): void => {
    last = bytes.at(-1) ?? last;
    waiting = Buffer.concat([waiting, bytes]);
    send();
  };
  const onEnd = (): void => {
    add(Buffer.from(last === LINE_FEED ? endOfInput : `\n${endOfInput}`));
  };
  const onData = (bytes: Buffer): void => {
    add(plainLines(bytes));
  };
  input.on('data', onData);
  input.on('end', onEnd);
  guest.on('drain', send);
  return {
    want(lines) {
      wanted = lines;
      send();
    },
    detach() {
      input.removeListener('data', onData);
      input.removeListener('end', onEnd);
      guest.removeListener('drain', send);
      input.pause();
    },
  };
}

/**
 * Drops what a pipe or a file still has to say, to a guest that reads no more.
 *
 * @param onEnd called at its end, even if that has been reached before
 * @returns lets go of the input stream
 */
export function dropInput(input: Readable, onEnd: () => void): () => void {
  if (input.readableEnded || input.destroyed) {
    onEnd();
    return () => undefined;
  }
  input.once('end', onEnd);
  input.resume();
  return () => {
    input.removeListener('end', onEnd);
    input.pause();
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
