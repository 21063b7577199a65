import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Precision } from './compiler.js';
import { parameterCount } from './model/shape.js';
import type { ModelShape } from './model/shape.js';

/** kernel/main.c: enum request. */
const REQUESTS = { write: 1, read: 2, gradient: 3, loss: 4, update: 5 } as const;

/** kernel/main.c: enum array. */
const ARRAYS = { parameters: 0, gradient: 1, means: 2, squares: 3 } as const;

/** What the kernel holds for each parameter; means and squares are AdamW's moments. */
export type KernelArray = keyof typeof ARRAYS;

/** Documents one after another, without padding. */
export interface Batch {
  readonly lengths: Int32Array;
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
  /** How much each target counts in the loss; 0 for text that is read but not learned. */
  readonly weights: Float32Array;
}

export interface AdamW {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly clip: number;
}

/** The training program's arithmetic, in a process of its own; see kernel/main.c. */
export class Kernel {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #precision: Precision;
  readonly #parameterCount: number;
  readonly #received: Buffer[] = [];
  #wake: () => void = () => undefined;
  #failure: Error | undefined;
  readonly #closed: Promise<void>;

  constructor(
    program: string,
    shape: ModelShape,
    { threads, precision = 'float' }: { threads: number; precision?: Precision | undefined },
  ) {
    const { dim, hiddenDim, layerCount, headCount, kvHeadCount } = shape;
    const sizes = [dim, hiddenDim, layerCount, headCount, kvHeadCount];
    const numbers = [...sizes, shape.vocabularySize, shape.contextLength, threads];
    this.#process = spawn(program, numbers.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#precision = precision;
    this.#parameterCount = parameterCount(shape);
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#wake();
    };
    this.#process.on('error', fail);
    this.#closed = new Promise((close) => {
      this.#process.on('close', () => {
        fail(new Error('the kernel has ended; its last message says why'));
        close();
      });
    });
    this.#process.stdin.on('error', fail);
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#wake();
    });
  }

  async write(array: KernelArray, values: Float32Array | Float64Array): Promise<void> {
    if (values.length !== this.#parameterCount) {
      throw new RangeError(`${values.length} values for ${this.#parameterCount} parameters`);
    }
    await this.#send(Int32Array.of(REQUESTS.write, ARRAYS[array]));
    const reals = this.#precision === 'float' ? Float32Array : Float64Array;
    await this.#send(reals.from(values));
  }

  async read(array: KernelArray): Promise<Float32Array | Float64Array> {
    await this.#send(Int32Array.of(REQUESTS.read, ARRAYS[array]));
    const width = this.#precision === 'float' ? 4 : 8;
    const { buffer } = await this.#receive(this.#parameterCount * width);
    return this.#precision === 'float' ? new Float32Array(buffer) : new Float64Array(buffer);
  }

  /** The batch's loss; its gradient is then in the array `gradient`. */
  async gradient(batch: Batch): Promise<number> {
    return this.#pass(REQUESTS.gradient, batch);
  }

  async loss(batch: Batch): Promise<number> {
    return this.#pass(REQUESTS.loss, batch);
  }

  /**
   * Changes the parameters by the gradient.
   *
   * @param step of this update, from 1
   * @returns the norm of the gradient
   */
  async update(settings: AdamW, step: number): Promise<number> {
    const { rate, beta1, beta2, epsilon, decay, clip } = settings;
    await this.#send(Int32Array.of(REQUESTS.update));
    await this.#send(Float32Array.of(rate, beta1, beta2, epsilon, decay, clip));
    await this.#send(Int32Array.of(step));
    return this.#receiveNumber();
  }

  /** Ends the process, unless it has ended by itself, or by a signal. */
  async close(): Promise<void> {
    this.#process.stdin.end();
    await this.#closed;
  }

  async #pass(request: number, batch: Batch): Promise<number> {
    const { lengths, tokens, targets, weights } = batch;
    await this.#send(Int32Array.of(request, lengths.length, tokens.length));
    for (const list of [lengths, tokens, targets, weights]) await this.#send(list);
    return this.#receiveNumber();
  }

  async #send(values: Int32Array | Float32Array | Float64Array): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { stdin } = this.#process;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (stdin.write(bytes)) return;
    const waiting = new AbortController();
    try {
      const drained = once(stdin, 'drain', waiting);
      await Promise.race([drained, once(this.#process, 'close', waiting)]);
    } finally {
      waiting.abort(); // else a listener for the end is left behind every time
    }
  }

  async #receiveNumber(): Promise<number> {
    return new Float64Array((await this.#receive(8)).buffer)[0]!;
  }

  async #receive(sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(sizeBytes);
    for (let filled = 0; filled < sizeBytes;) {
      const chunk = this.#received.shift();
      if (chunk) {
        const wanted = chunk.subarray(0, sizeBytes - filled);
        bytes.set(wanted, filled);
        filled += wanted.length;
        if (wanted.length < chunk.length) this.#received.unshift(chunk.subarray(wanted.length));
        continue;
      }
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return bytes;
  }
}
