import { readFile } from 'node:fs/promises';
import { summarise } from '../../../src/perf/statistics.js';

/** What a server that runs takes of the host's memory, in MiB. */
interface Sample {
  readonly residentMiB: number;
  /** What JavaScript has in use, garbage among it. */
  readonly heapMiB: number;
}

const LOOK_MS = 1000;
const BYTES_OF_MIB = 2 ** 20;

/** How much more memory a process takes after a while than before. */
export interface Growth {
  readonly residentMiB: number;
  readonly heapMiB: number;
  /** What it took at last. */
  readonly last: Sample;
}

/** Looks at the memory of a server while it is used. */
export class MemoryWatch {
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, pid: number) {
    this.#timer = setInterval(() => {
      look(url, pid).then(
        (sample) => this.#samples.push(sample),
        () => undefined,
      );
    }, LOOK_MS);
  }

  /**
   * Ends it.
   *
   * @returns how the last quarter of the time compares with the second: in the first one programs are compiled, and
   *   heaps find their size. Of the heap the least counts, right after garbage has been collected
   */
  stop(): Growth {
    clearInterval(this.#timer);
    const quarter = Math.floor(this.#samples.length / 4);
    if (quarter < 4) throw new Error('the memory was not looked at often enough');
    const early = sumUp(this.#samples.slice(quarter, 2 * quarter));
    const late = sumUp(this.#samples.slice(-quarter));
    return {
      residentMiB: late.residentMiB - early.residentMiB,
      heapMiB: late.heapMiB - early.heapMiB,
      last: late,
    };
  }
}

const sumUp = (samples: readonly Sample[]): Sample => ({
  residentMiB: summarise(samples.map(({ residentMiB }) => residentMiB)).median,
  heapMiB: summarise(samples.map(({ heapMiB }) => heapMiB)).min,
});

async function look(url: string, pid: number): Promise<Sample> {
  const [status, metrics] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    fetch(new URL('/metrics', url)).then((response) => response.text()),
  ]);
  const residentKiB = Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)![1]);
  const heapBytes = Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)![1]);
  return { residentMiB: residentKiB / 1024, heapMiB: heapBytes / BYTES_OF_MIB };
}
