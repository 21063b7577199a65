import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PoolBackend } from '../../../src/serve/machines/pool-backend.js';
import type { ServedEntry } from '../../../src/serve/models/served-entry.js';
import { servedEntry } from '../models/entries.js';

const never = new AbortController().signal;

/** Machines that wake at once; `planned` has the models that one was planned for. */
function makeBackend(entries: () => Promise<readonly ServedEntry[]>) {
  const planned: ServedEntry[] = [];
  const backend = new PoolBackend({
    entries,
    plan(entry) {
      planned.push(entry);
      return Promise.resolve({
        ramMiB: 1,
        run: ({ signal, onAwake }) =>
          new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              resolve();
            });
            onAwake(() => new Duplex());
          }),
      });
    },
    maxMachines: 2,
    memoryMiB: 10,
    keepMs: 60_000,
    wakeMs: 1000,
    patienceMs: 0,
  });
  return { backend, planned };
}

describe('PoolBackend', () => {
  it('plans the machine of the entry that there is at the time', async () => {
    const entries = [servedEntry('a'), servedEntry('b')];
    const { backend, planned } = makeBackend(() => Promise.resolve(entries));
    expect(await backend.models()).toBe(entries);
    const lease = await backend.lease('b', never);
    expect(planned).toEqual([entries[1]]);
    expect([backend.stateOf('a'), backend.stateOf('b')]).toEqual(['asleep', 'answering']);
    lease.release();
    entries[1] = servedEntry('b', 'other');
    (await backend.lease('b', never)).release();
    expect(planned).toHaveLength(1);
    await backend.pool.close();
  });

  it('has no machine for a model that has gone', async () => {
    const { backend, planned } = makeBackend(() => Promise.resolve([servedEntry('a')]));
    await expect(backend.lease('b', never)).rejects.toMatchObject({
      code: 'ZOSIA_MODEL_NOT_SERVED',
    });
    expect(planned).toEqual([]);
    await backend.pool.close();
  });

  it('fails where its models cannot be read, and tries again for the next', async () => {
    let isBroken = true;
    const { backend } = makeBackend(() =>
      isBroken ? Promise.reject(new Error('no disk')) : Promise.resolve([servedEntry('a')]),
    );
    await expect(backend.lease('a', never)).rejects.toThrow('no disk');
    isBroken = false;
    (await backend.lease('a', never)).release();
    await backend.pool.close();
  });
});
