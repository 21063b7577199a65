import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import { object, tryJson } from '../../json.js';
import { LINE_FEED } from '../ascii.js';

/** QEMU finds its end of the socket under this number. */
export const QMP_FILE_DESCRIPTOR = 3;

/** QEMU's messages are far shorter. */
const MAX_LINE_BYTES = 1 << 20;
/** Taking a picture takes a fraction of a second; a host that is very busy may need more. */
const REPLY_TIMEOUT_MS = 30_000;

/** Called with the name of each event: "SHUTDOWN" for example. */
export type QmpListener = (name: string) => void;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A client for the QEMU Machine Protocol (QEMU documentation, interop/qmp-spec): a line of JSON each way
 * for each command, events in between.
 */
export class Qmp {
  readonly #stream: Duplex;
  readonly #onEvent: QmpListener;
  readonly #waiting = new Map<number, Waiting>();
  #greeted: Waiting | undefined;
  #line = Buffer.alloc(0);
  #failure: Error | undefined;
  #nextId = 1;

  private constructor(stream: Duplex, onEvent: QmpListener) {
    this.#stream = stream;
    this.#onEvent = onEvent;
    stream.on('data', (bytes: Buffer) => {
      this.#feed(bytes);
    });
    stream.on('error', (error: Error) => {
      this.#fail(qmpFailed(error.message));
    });
    stream.on('close', () => {
      this.#fail(qmpFailed('QEMU has hung up'));
    });
  }

  /**
   * Waits for QEMU's greeting and enters its command mode.
   *
   * @throws ZosiaError `ZOSIA_QMP_FAILED`
   */
  static async open(stream: Duplex, onEvent: QmpListener = () => undefined): Promise<Qmp> {
    const qmp = new Qmp(stream, onEvent);
    await qmp.#reply('its greeting', (waiting) => {
      qmp.#greeted = waiting;
    });
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /**
   * Runs a command.
   *
   * @returns what QEMU returns
   * @throws ZosiaError `ZOSIA_QMP_FAILED` with QEMU's reason
   */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = this.#nextId++;
    try {
      return await this.#reply(`the reply to ${command}`, (waiting) => {
        this.#waiting.set(id, waiting);
        this.#stream.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
      });
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Waits for what QEMU is to say, for a while. */
  async #reply(what: string, begin: (waiting: Waiting) => void): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          reject(qmpFailed(`${what} did not come within ${REPLY_TIMEOUT_MS / 1000} s`));
        }, REPLY_TIMEOUT_MS);
        begin({ resolve, reject });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #feed(bytes: Buffer): void {
    let start = 0;
    for (let end; (end = bytes.indexOf(LINE_FEED, start)) !== -1; start = end + 1) {
      this.#hear(Buffer.concat([this.#line, bytes.subarray(start, end)]));
      this.#line = Buffer.alloc(0);
    }
    this.#line = Buffer.concat([this.#line, bytes.subarray(start)]);
    if (this.#line.length <= MAX_LINE_BYTES) return;
    this.#fail(qmpFailed('a message of QEMU does not come to its end'));
    this.#stream.destroy();
  }

  #hear(line: Buffer): void {
    const message = tryJson(MESSAGE, line.toString('utf8'));
    if (!message) return;
    if (message.event !== undefined) this.#onEvent(message.event);
    if (message.QMP !== undefined) this.#greeted?.resolve(message.QMP);
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.error) waiting?.reject(qmpFailed(message.error.desc));
    else waiting?.resolve(message.return);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#greeted?.reject(this.#failure);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
  }
}

/** The parts of a message that are used; events, greetings and replies are told apart by their members. */
const MESSAGE = object({
  QMP: v.optional(v.unknown()),
  event: v.optional(v.string()),
  id: v.optional(v.number()),
  return: v.optional(v.unknown()),
  error: v.optional(object({ desc: v.string() })),
});

function qmpFailed(reason: string): ZosiaError {
  return new ZosiaError('ZOSIA_QMP_FAILED', `QEMU does not do as it is told: ${reason}`, {
    hint: 'zosia run efi --dry-run prints the command that starts it, to be tried by hand.',
  });
}
