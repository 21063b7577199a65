import { copyFile, mkdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { InstantUser } from '../boot/instant/host.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { startServe } from '../support/serve-process.js';
import type { ServeProcess } from '../support/serve-process.js';
import { skipWhere } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';
import { askAtOnce } from './serve/clients.js';
import type { Outcomes } from './serve/clients.js';
import { MemoryWatch } from './serve/memory.js';
import type { Growth } from './serve/memory.js';
import { stateOf } from './serve/server-state.js';
import type { WatchedServer } from './serve/server-state.js';

const MINUTES = Number(process.env['ZOSIA_TEST_SERVE_MINUTES'] ?? 5);

/** What may come of heaps that are of another size at one time than at another. A leak grows with each request. */
const MOST_GROWTH = { residentMiB: 48, heapMiB: 6 };

const WHERE_PROC_IS = skipWhere(process.platform !== 'linux', 'it looks into /proc');

/** Says how it went: these runs take long, and what they show is in the figures, too. */
function report(title: string, outcomes: Outcomes, growth: Growth): void {
  const { answered, left, refused, wrong } = outcomes;
  const grown = (['residentMiB', 'heapMiB'] as const).map(
    (key) => `${growth.last[key].toFixed(1)} (${growth[key].toFixed(1)} more)`,
  );
  console.log(
    `${title}, ${MINUTES} minutes: ${answered} answers, ${left} clients left, ${refused} told to come again, ` +
      `${wrong.length} errors; MiB resident ${grown[0]!}, in the heap ${grown[1]!}`,
  );
}

describe('a server that is asked by many for a long time', WHERE_PROC_IS, () => {
  const folder = temporaryFolder();
  let cache: string;
  beforeAll(async () => {
    await new InstantUser(hostArchitecture(), folder.path).prepareCache();
    cache = folder.file('cache');
  });

  async function withServe(
    name: string,
    args: readonly string[],
    use: (server: ServeProcess & WatchedServer) => Promise<void>,
  ): Promise<void> {
    const temporary = folder.file(name);
    await mkdir(temporary);
    const env = { XDG_CACHE_HOME: cache, TMPDIR: temporary };
    const running = await startServe(args, { cwd: folder.path, env });
    try {
      await use({ ...running, cache, temporary });
    } finally {
      await running.stop();
    }
  }

  /** Asks for each model once, so that its machine has been saved. */
  async function wakeAll(url: string, models: readonly string[]): Promise<void> {
    for (const model of models) {
      const body = JSON.stringify({ model, prompt: 'Once', max_tokens: 1 });
      const headers = { 'content-type': 'application/json', connection: 'close' };
      const asked = await fetch(new URL('/v1/completions', url), { method: 'POST', headers, body });
      expect(asked.status, await asked.text()).toBe(200);
    }
  }

  it('answers 64 clients at once, and nothing is left of them', async () => {
    const model = 'zosia-tiny';
    const args = ['--keep', '3s', '--models-dir', folder.file('models')];
    await withServe('one', args, async (server) => {
      await wakeAll(server.url, [model]);
      const before = await stateOf(server);
      const watch = new MemoryWatch(server.url, server.pid);
      const outcomes = await askAtOnce(server.url, { clients: 64, minutes: MINUTES }, () => model);
      const growth = watch.stop();
      report('64 clients', outcomes, growth);
      expect(outcomes.wrong).toEqual([]);
      expect(outcomes.answered).toBeGreaterThan(64);
      expect(await stateOf(server)).toEqual(before);
      expect(growth.residentMiB).toBeLessThan(MOST_GROWTH.residentMiB);
      expect(growth.heapMiB).toBeLessThan(MOST_GROWTH.heapMiB);
      expect(server.said()).not.toMatch(/warning|error/i);
    });
  });

  it('answers for 8 models with room for 3, and nothing is left of them', async () => {
    const models = Array.from({ length: 8 }, (_, number) => `fox-${number}`);
    const paths = models.map((name) => folder.file(`${name}.gguf`));
    for (const path of paths) await copyFile(EMBEDDED_MODEL, path);
    const args = [...paths, '--max-machines', '3', '--keep', '1s'];
    await withServe('eight', args, async (server) => {
      await wakeAll(server.url, models);
      const before = await stateOf(server);
      const watch = new MemoryWatch(server.url, server.pid);
      // Each client goes on to another model, and not all are at the same one.
      const outcomes = await askAtOnce(
        server.url,
        { clients: 6, minutes: MINUTES },
        (client, turn) => models[(client * 3 + turn) % models.length]!,
      );
      const growth = watch.stop();
      report('8 models', outcomes, growth);
      expect(outcomes.wrong).toEqual([]);
      expect([...outcomes.answersOf.keys()].sort()).toEqual(models);
      expect(await stateOf(server)).toEqual(before);
      expect(growth.residentMiB).toBeLessThan(MOST_GROWTH.residentMiB);
      expect(growth.heapMiB).toBeLessThan(MOST_GROWTH.heapMiB);
      expect(server.said()).not.toMatch(/warning|error/i);
    });
  });
});
