import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDownloader } from '../../src/download/download-file.js';
import type { DownloaderOptions } from '../../src/download/download-file.js';
import { ZosiaError } from '../../src/errors.js';
import type { ChildResult, ChildTask } from '../support/download-child.js';
import { startChild } from '../support/download-process.js';
import { serveFaulty } from '../support/faulty-server.js';
import type { Fault, FaultyServerOptions } from '../support/faulty-server.js';
import { QUICK, sha256, someBytes } from './support.js';

/** Numbers from 0 up to 1, the same for the same seed (xorshift32). */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 0x9e3779b1 + 0x7f4a7c15) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** What has come of one schedule of faults. */
export interface Outcome {
  /** What each run ended with: a code, `killed`, or `done`. */
  readonly ends: readonly string[];
  readonly faults: readonly string[];
}

/** Runs that faults may befall; after them the server and the network are well. */
const FAULTY_RUNS = 3;

/**
 * Downloads a file while faults, chosen by a seed, befall it, again and again until it is there.
 *
 * @param program what is started and killed; without it nothing is
 * @throws Error when a wrong file appears, an error is none of zosia's own, or a run without faults fails
 */
export async function runSchedule(seed: number, program?: string): Promise<Outcome> {
  const random = randomNumbers(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length)]!;

  const bytes = someBytes(1 + upTo(120_000), seed);
  const isDigestKnown = random() < 0.6;
  const isSizeKnown = isDigestKnown || random() < 0.5;
  const tag = oneOf(['strong', 'strong', 'weak', 'none'] as const);
  const faultRate = oneOf([0, 0.1, 0.3, 0.6]);
  const faults: string[] = [];
  let isWell = false;
  let running = 0;

  const chooseFault = (): Fault | undefined => {
    if (isWell || random() >= faultRate) return undefined;
    const afterBytes = upTo(12_000);
    const choices: Fault[] = [
      { kind: 'status', status: oneOf([500, 502, 503, 429, 401, 403, 404, 410, 416]) },
      { kind: 'reset', afterBytes },
      { kind: 'reset', afterBytes: 0 },
      { kind: 'truncate', afterBytes },
      { kind: 'truncate', afterBytes },
      { kind: 'stall', afterBytes },
      { kind: 'whole' },
      { kind: 'other-range' },
      { kind: 'short-range' },
      { kind: 'packed' },
      { kind: 'empty' },
      { kind: 'redirect', location: oneOf(['/again', '/folder/model.gguf', 'file:///etc/passwd']) },
      // Another file of the same length, where the digest tells; where it does not, what is there counts.
      {
        kind: 'change',
        bytes: someBytes(isSizeKnown ? bytes.length : 1 + upTo(120_000), seed + 1000),
      },
    ];
    // Nobody can tell of what is too much but who knows the size, and of a wrong byte but who knows the digest.
    if (isSizeKnown) choices.push({ kind: 'longer' });
    if (isDigestKnown) choices.push({ kind: 'corrupt', at: upTo(10_000) });
    const fault = oneOf(choices);
    faults.push(fault.kind);
    return fault;
  };

  let killAt = Infinity;
  let kill = (): void => undefined;
  const options: FaultyServerOptions = {
    bytes,
    tag,
    lastModified: random() < 0.5 ? null : undefined,
    hasRanges: random() < 0.85,
    pace: program === undefined ? undefined : { bytes: 3000, everyMs: 2 },
    fault: () => {
      if (running++ === killAt)
        setTimeout(() => {
          kill();
        }, upTo(15));
      return chooseFault();
    },
  };
  const server = await serveFaulty(options);
  const folder = await mkdtemp(join(tmpdir(), 'zosia-schedule-'));
  const target = join(folder, 'model.gguf');
  const means: DownloaderOptions = {
    ...QUICK,
    segmentBytes: 1000 + upTo(30_000),
    journalBytes: 1 + upTo(20_000),
    stallTimeoutMs: 60,
    attempts: 2 + upTo(4),
    patienceMs: 50,
  };
  const known = {
    ...(isSizeKnown && { sizeBytes: bytes.length }),
    ...(isDigestKnown && { sha256: sha256(bytes) }),
  };

  /** @returns its digest, or how it failed */
  const runOnce = async (): Promise<{ sha256: string } | { end: string }> => {
    if (program === undefined) {
      try {
        return await makeDownloader(means)(
          { name: 'model.gguf', url: server.url, ...known },
          target,
        );
      } catch (error) {
        if (error instanceof ZosiaError) return { end: error.code };
        throw new Error(`seed ${seed}: no error of zosia's own`, { cause: error });
      }
    }
    const task: ChildTask = { url: server.url.href, target, means, ...known };
    const child = startChild<ChildResult>(program, task);
    kill = () => void child.process.kill('SIGKILL');
    const result = await child.result;
    if (result === undefined) return { end: 'killed' };
    return 'code' in result ? { end: result.code } : result;
  };

  try {
    const ends: string[] = [];
    for (let run = 0; ; run++) {
      isWell = run >= FAULTY_RUNS;
      // A file whose digest is known is to be had again; of others the last state is the right one.
      if (isWell && isDigestKnown) server.change(bytes);
      running = 0;
      killAt = program !== undefined && !isWell && random() < 0.7 ? upTo(12) : Infinity;
      const result = await runOnce();
      const there = await readFile(target).catch(() => undefined);
      if ('sha256' in result) {
        check(there !== undefined && sha256(there) === result.sha256, 'another file than was told');
        check(!isDigestKnown || result.sha256 === sha256(bytes), 'not the file that was wanted');
        check(
          server.states.some((state) => sha256(state) === result.sha256),
          'no file there ever was',
        );
        const names = await readdir(folder);
        check(names.length === 1, `left behind: ${names.join(', ')}`);
        return { ends: [...ends, 'done'], faults };
      }
      // A kill may come after the rename: then the file is there, and right.
      const isRight =
        there !== undefined && server.states.some((state) => sha256(state) === sha256(there));
      check(
        there === undefined || (result.end === 'killed' && isRight),
        `a file after ${result.end}`,
      );
      check(!isWell, `fails without faults: ${result.end}`);
      ends.push(result.end);
    }
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }

  function check(isRight: boolean, what: string): void {
    if (!isRight) throw new Error(`seed ${seed}, faults ${faults.join(', ')}: ${what}`);
  }
}
