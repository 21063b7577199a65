import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { bootedFiles, defaultPlaces } from '../../src/recipes/places.js';
import type { GuestRole, Places } from '../../src/recipes/places.js';
import { linuxGuest } from '../../src/recipes/linux-guest.js';
import {
  SERVER_PORT_NAME,
  resolveLinuxMachine,
  runWorker,
  withInstantStart,
} from '../../src/machine/machine.js';
import type { RunRequest, StartInstant, Workers } from '../../src/machine/machine.js';
import { runServed } from '../../src/machine/linux/served.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { HOST } from '../support/host.js';
import { temporaryFolder } from '../support/temporary.js';

const ARCH = 'x86_64';
const RAM_MIB = 320;
const COMPLETION = { prompt: 'Once upon a time', temperature: 0, ignore_eos: true };

interface Completion {
  readonly content: string;
  readonly tokens_predicted: number;
}

/** A machine that runs until it is put away, or ends by itself. */
interface Running {
  readonly connect: () => Duplex;
  /** Rejects with what it ended of. */
  readonly ended: Promise<void>;
  readonly end: () => void;
  readonly freeMiB: number | undefined;
}

describe('machines that compute for another', () => {
  const folder = temporaryFolder();
  let places: Places;
  let disk: string;

  beforeAll(async () => {
    places = defaultPlaces(folder.path);
    disk = folder.file('model.img');
    expect((await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk])).exitCode).toBe(0);
    for (const role of ['single', 'worker', 'head'] as const) {
      await linuxGuest({ arch: ARCH, places, role, cacheDir: HOST.cacheDirectory });
    }
  });

  /** Resolves when the machine can be asked. */
  async function start(
    role: GuestRole,
    runRequest: Partial<RunRequest>,
    workers?: Workers,
  ): Promise<Running> {
    const spec = await resolveLinuxMachine(
      {
        arch: ARCH,
        accel: 'tcg',
        ramMiB: RAM_MIB,
        cpus: 1,
        disk: role === 'worker' ? undefined : disk,
        defaults: bootedFiles(places, ARCH, { role }),
      },
      HOST,
    );
    const ending = new AbortController();
    const { signal } = ending;
    const onNote = (): void => undefined;
    const options = {
      request: { args: [], ...runRequest },
      ports: [SERVER_PORT_NAME],
      workers,
      snapshots: {
        cacheDirectory: folder.file('cache'),
        areKept: role !== 'single',
        isFresh: false,
      },
      wakeSettings: () => ({}),
      onNote,
    };
    return new Promise((resolve, reject) => {
      const tell = (connect: () => Duplex, freeMiB?: number): void => {
        resolve({
          connect,
          freeMiB,
          ended,
          end: () => {
            ending.abort();
          },
        });
      };
      const run = (starter: StartInstant): Promise<void> =>
        role === 'worker'
          ? runWorker(spec, { start: starter, signal, onNote, onAwake: tell })
          : runServed(spec, {
              start: starter,
              signal,
              onNote,
              onAwake: (connect) => {
                tell(connect);
              },
            });
      const ended = withInstantStart(options, run);
      ended.catch(reject);
    });
  }

  async function complete({ connect }: Running, more: object): Promise<Completion> {
    const sent = request({
      path: '/completion',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      createConnection: connect,
    });
    sent.end(JSON.stringify({ ...COMPLETION, ...more }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    return (await json(response)) as Completion;
  }

  const startWorker = (): Promise<Running> => start('worker', { worker: true });

  /** @param onBytes is told how many bytes have come from a worker */
  const startHead = (
    workers: readonly Running[],
    onBytes: (index: number, bytes: number) => void = () => undefined,
  ): Promise<Running> =>
    start(
      'head',
      { serve: true },
      {
        count: workers.length,
        open: (index) => {
          const stream = workers[index]!.connect();
          stream.on('data', (bytes: Buffer) => {
            onBytes(index, bytes.length);
          });
          return stream;
        },
      },
    );

  const lost = (number: number): object => ({
    code: 'ZOSIA_WORKER_LOST',
    message: `worker ${number} has hung up`,
  });

  it('give the same tokens as one machine, and one that is lost ends with a word', async () => {
    const alone = await start('single', { serve: true });
    const { content, tokens_predicted } = await complete(alone, { n_predict: 100 });
    alone.end();
    await alone.ended;
    expect(tokens_predicted).toBe(100);
    const expected = { content, tokens_predicted };

    const [first, second] = await Promise.all([startWorker(), startWorker()]);
    for (const { freeMiB } of [first, second]) {
      expect(freeMiB).toBeGreaterThan(RAM_MIB / 4);
      expect(freeMiB).toBeLessThan(RAM_MIB);
    }
    const carried = [0, 0];
    const head = await startHead([first, second], (index, bytes) => {
      carried[index]! += bytes;
    });
    expect(await complete(head, { n_predict: 100 })).toMatchObject(expected);
    // Both have computed, and sent what came of it for each token.
    for (const bytes of carried) expect(bytes).toBeGreaterThan(100 * 4);

    const answer = complete(head, { n_predict: 100_000 }).catch((error: unknown) => error);
    setTimeout(() => {
      second.end();
    }, 500);
    await expect(head.ended).rejects.toMatchObject(lost(2));
    expect(await answer).toBeInstanceOf(Error);

    // The other one is free for the next head, which is told of a loss while nobody asks it.
    const third = await startWorker();
    const next = await startHead([third, first]);
    expect(await complete(next, { n_predict: 100 })).toMatchObject(expected);
    third.end();
    await expect(next.ended).rejects.toMatchObject(lost(1));

    await expect(startHead([third, first])).rejects.toMatchObject(lost(1));
    first.end();
    await Promise.all([first, second, third].map(({ ended }) => ended));
    // None of them can go on as a copy.
    expect(await readdir(folder.path)).not.toContain('cache');
  });
});
