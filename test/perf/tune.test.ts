import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Boot } from '../../src/perf/outcome.js';
import { formatSetting } from '../../src/perf/setting.js';
import type { Setting } from '../../src/perf/setting.js';
import { enumerateSpace, usualSpace } from '../../src/perf/space.js';
import type { SettingSpace } from '../../src/perf/space.js';
import { tune, usualBoots } from '../../src/perf/tune.js';
import type { TuneOptions, TuneResult } from '../../src/perf/tune.js';
import { outcomeAt } from './samples.js';

/** A host whose rates are known: `rate` and `promptRate` are free of noise. */
interface Host {
  rate(setting: Setting): number;
  promptRate(setting: Setting): number;
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32, a public domain generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Boots the simulated host; rates vary by as much as `noise`, up and down. */
function simulatedBoot(host: Host, noise: number, seed: number) {
  const random = randomNumbers(seed);
  const counts = new Map<string, number>();
  const boot: Boot = (setting) => {
    const key = formatSetting(setting);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const jitter = (): number => 1 + noise * (2 * random() - 1);
    return Promise.resolve(
      outcomeAt(host.rate(setting) * jitter(), host.promptRate(setting) * jitter()),
    );
  };
  return { boot, counts };
}

function runTune(
  options: Pick<TuneOptions, 'space' | 'boot'> & Partial<TuneOptions>,
): Promise<TuneResult> {
  const { space, repeats = 3 } = options;
  return tune({
    boots: usualBoots(space, repeats),
    repeats,
    timeoutSeconds: 1,
    clock: () => new Date(0),
    signal: new AbortController().signal,
    ...options,
  });
}

const SPACE: SettingSpace = {
  threads: [1, 2, 4, 6, 8],
  batchThreads: [undefined, 4, 8],
  waits: [undefined],
  llamaArgs: [[], ['-b', '256'], ['-fa', 'off'], ['--poll', '0']],
};

/** Fastest with six threads and `-b 256`, reading prompts fastest with eight. */
const HOST: Host = {
  rate: ({ threads = 1, llamaArgs }) =>
    (10 - Math.abs(threads - 6)) * (llamaArgs[0] === '-b' ? 1.1 : 1),
  promptRate: ({ threads = 1, batchThreads = threads }) => 10 * batchThreads,
};

describe('tuning without noise', () => {
  it('finds the best value of each axis, and the best threads for reading prompts', async () => {
    const { boot, counts } = simulatedBoot(HOST, 0, 1);
    const found = await runTune({ space: SPACE, boot });
    expect(found.winner?.setting).toEqual({
      threads: 6,
      batchThreads: 8,
      llamaArgs: ['-b', '256'],
    });
    expect(found.winner?.tokPerS).toHaveLength(3);
    expect(found.start?.setting).toEqual({ threads: 8, llamaArgs: [] });
    expect([...counts.values()].reduce((a, b) => a + b, 0)).toBe(found.bootCount);
    expect(found.settingCount).toBe(enumerateSpace(SPACE).length);
    expect(found.bootCount).toBeLessThan(found.settingCount);
  });

  it.each([
    ['spin', 1.3],
    [undefined, 0.1],
  ] as const)(
    'makes threads wait by %s when spinning makes them %d times as fast',
    async (wait, factor) => {
      const host: Host = {
        ...HOST,
        rate: (setting) => {
          const isSpun = setting.wait === 'spin' && setting.threads !== 1;
          return HOST.rate(setting) * (isSpun ? factor : 1);
        },
      };
      const { boot } = simulatedBoot(host, 0, 1);
      const { winner } = await runTune({ space: usualSpace(8), boot });
      expect(winner?.setting.wait).toBe(wait);
      expect(winner?.setting).toMatchObject({ threads: 7, llamaArgs: ['-b', '256'] });
    },
  );

  it('uses no more boots than allowed, and measures no setting more than three times', async () => {
    for (const boots of [1, 2, 3, 5, 8, 13, 21]) {
      const { boot, counts } = simulatedBoot(HOST, 0, 1);
      const { bootCount, winner } = await runTune({ space: SPACE, boot, boots });
      expect(bootCount).toBeLessThanOrEqual(boots);
      expect(Math.max(...counts.values())).toBeLessThanOrEqual(3);
      expect(winner).toBeDefined();
    }
  });

  it('measures a single setting as often as requested', async () => {
    const space = { threads: [2], batchThreads: [undefined], waits: [undefined], llamaArgs: [[]] };
    const { boot } = simulatedBoot(HOST, 0, 1);
    const { winner, bootCount } = await runTune({ space, boot });
    expect(winner?.tokPerS).toHaveLength(3);
    expect(bootCount).toBe(3);
  });

  it.each([
    // Half of all settings, a single run of each.
    [2, 2, 2, 4],
    [3, 1, 4, 6],
    [3, 1, 5, 7],
    [6, 1, 6, 18],
    [8, 1, 8, 32],
    // Where half would leave a value untried: each value once.
    [2, 1, 1, 2],
    [1, 1, 5, 5],
    [2, 1, 5, 6],
    [3, 1, 3, 5],
    // A single one: as often as asked.
    [1, 1, 1, 3],
  ])(
    'needs, for %i times %i times %i settings, at most %i boots',
    (threads, batch, args, boots) => {
      const space = {
        threads: Array.from({ length: threads }, (_, index) => index + 1),
        batchThreads: Array.from({ length: batch }, (_, index) => 100 + index),
        waits: [undefined],
        llamaArgs: Array.from({ length: args }, (_, index) => ['-b', String(index)]),
      };
      expect(usualBoots(space, 3)).toBe(boots);
    },
  );

  it.each([1, 2, 3, 4, 6, 8, 12])(
    'needs, for the default settings of %i processors, at most half the boots of a matrix of single runs',
    async (cpuCount) => {
      const space = usualSpace(cpuCount);
      const { boot, counts } = simulatedBoot(HOST, 0, 1);
      const { settingCount } = await runTune({ space, boot });
      const bootCount = [...counts.values()].reduce((a, b) => a + b, 0);
      // With one processor only the arguments vary: each of the three is tried.
      expect(bootCount).toBeLessThanOrEqual(cpuCount === 1 ? 3 : Math.floor(settingCount / 2));
    },
  );

  it('finds the best setting with half the boots of a matrix', async () => {
    const { boot } = simulatedBoot(HOST, 0, 1);
    const boots = Math.floor(enumerateSpace(SPACE).length / 2);
    const { winner, bootCount } = await runTune({ space: SPACE, boot, boots });
    expect(winner?.setting).toMatchObject({ threads: 6, llamaArgs: ['-b', '256'] });
    expect(bootCount).toBeLessThanOrEqual(boots);
  });

  it('is not misled by batch threads that seem to speed up generating', async () => {
    const host: Host = {
      ...HOST,
      rate: (setting) => HOST.rate(setting) * (setting.batchThreads === 8 ? 1.01 : 1),
    };
    const { boot } = simulatedBoot(host, 0, 1);
    const { candidates, winner } = await runTune({ space: SPACE, boot });
    const moved = candidates.filter(({ setting: { threads, batchThreads } }) => {
      return batchThreads === 8 && threads !== 6;
    });
    // Had the search moved, it would have tried most numbers of threads with them.
    expect(moved.length).toBeLessThan(5);
    expect(winner?.setting).toMatchObject({ threads: 6, batchThreads: 8 });
  });

  it('rejects an axis without values', async () => {
    const { boot } = simulatedBoot(HOST, 0, 1);
    await expect(runTune({ space: { ...SPACE, threads: [] }, boot })).rejects.toThrow(RangeError);
  });
});

describe('tuning a host where some settings fail', () => {
  const failing =
    (fails: (setting: Setting) => boolean): Boot =>
    (setting, context) =>
      fails(setting)
        ? Promise.resolve({ measured: false, reason: 'killed' })
        : simulatedBoot(HOST, 0, 1).boot(setting, context);

  it('finds the best of the other settings', async () => {
    const boot = failing(({ llamaArgs }) => llamaArgs.includes('-b'));
    const { winner, candidates } = await runTune({ space: SPACE, boot });
    expect(winner?.setting).toMatchObject({ threads: 6, batchThreads: 8 });
    expect(winner?.failureCount).toBe(0);
    expect(candidates.some(({ failureCount }) => failureCount > 0)).toBe(true);
  });

  it('prefers settings that never failed to faster ones', async () => {
    let boots = 0;
    const boot = failing(({ threads, llamaArgs }) => {
      boots++;
      return threads === 6 && llamaArgs.includes('-b') && boots > 15;
    });
    const { winner } = await runTune({ space: SPACE, boot });
    expect(winner?.failureCount).toBe(0);
  });

  it('has no winner when all settings fail', async () => {
    const boot = failing(() => true);
    const { winner, start } = await runTune({ space: SPACE, boot });
    expect(winner).toBeUndefined();
    expect(start?.failureCount).toBeGreaterThan(0);
  });

  it('keeps the results so far when cancelled', async () => {
    const cancel = new AbortController();
    const { boot } = simulatedBoot(HOST, 0, 1);
    const { winner, interrupted, bootCount } = await runTune({
      space: SPACE,
      boot,
      signal: cancel.signal,
      onRun: ({ setting }) => {
        if (setting.threads === 4) cancel.abort();
      },
    });
    expect(interrupted).toBe(true);
    expect(bootCount).toBe(4);
    expect(winner).toBeDefined();
  });
});

/** How much faster or slower each value of an axis makes a host. */
const effects = (count: number) =>
  fc.array(fc.double({ min: 0.4, max: 1, noNaN: true }), { minLength: count, maxLength: count });

interface RandomHost {
  readonly space: SettingSpace;
  readonly host: Host;
}

/**
 * Hosts on which threads and arguments each have any effect, in any order, and threads for batches one
 * on reading prompts alone; all of it times an effect of threads and arguments together of up to 1 %.
 */
const randomHost: fc.Arbitrary<RandomHost> = fc
  .record({
    threadCount: fc.integer({ min: 2, max: 6 }),
    argsCount: fc.integer({ min: 2, max: 6 }),
    batchCount: fc.integer({ min: 1, max: 3 }),
    interactionSeed: fc.integer(),
  })
  .chain(({ threadCount, argsCount, batchCount, interactionSeed }) =>
    fc
      .record({
        threads: effects(threadCount),
        args: effects(argsCount),
        batch: effects(batchCount),
      })
      .map(({ threads, args, batch }): RandomHost => {
        const space: SettingSpace = {
          threads: threads.map((_, index) => index + 1),
          batchThreads: batch.map((_, index) => (index === 0 ? undefined : 100 + index)),
          waits: [undefined],
          llamaArgs: args.map((_, index) => (index === 0 ? [] : ['-b', String(index)])),
        };
        const random = randomNumbers(interactionSeed);
        const together = threads.map(() => args.map(() => 1 + 0.01 * random()));
        const argsIndex = ({ llamaArgs }: Setting): number => Number(llamaArgs[1] ?? 0);
        const batchIndex = ({ batchThreads }: Setting): number =>
          batchThreads === undefined ? 0 : batchThreads - 100;
        return {
          space,
          host: {
            rate: (setting) =>
              30 *
              threads[setting.threads! - 1]! *
              args[argsIndex(setting)]! *
              together[setting.threads! - 1]![argsIndex(setting)]!,
            promptRate: (setting) => 100 * batch[batchIndex(setting)]!,
          },
        };
      }),
  );

/** Boots that try each value once: the first, and one for each further value of each part. */
const valueCount = ({ threads, batchThreads, llamaArgs }: SettingSpace): number =>
  threads.length + batchThreads.length + llamaArgs.length - 2;

describe('tuning a noisy host', () => {
  const NOISE = 0.03;

  it('is as good as measuring everything, within the noise, with half the boots of single runs', async () => {
    await fc.assert(
      fc.asyncProperty(randomHost, fc.integer(), async ({ space, host }, seed) => {
        const { boot } = simulatedBoot(host, NOISE, seed);
        const { winner, bootCount, settingCount } = await runTune({ space, boot });
        const best = Math.max(...enumerateSpace(space).map((setting) => host.rate(setting)));
        // Two measurements that are off in opposite directions may hide as much as this, and each of
        // threads and arguments may be taken for its neighbour.
        expect(host.rate(winner!.setting)).toBeGreaterThanOrEqual(best * (1 - 4 * NOISE - 0.01));
        expect(bootCount).toBeLessThanOrEqual(
          Math.max(Math.floor(settingCount / 2), valueCount(space)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('needs at most half the boots of single runs where those reach each value', async () => {
    await fc.assert(
      fc.asyncProperty(randomHost, fc.integer(), async ({ space, host }, seed) => {
        fc.pre(space.threads.length > 2 && space.llamaArgs.length > 3);
        const { bootCount, settingCount } = await runTune({
          space,
          boot: simulatedBoot(host, NOISE, seed).boot,
        });
        expect(bootCount).toBeLessThanOrEqual(Math.floor(settingCount / 2));
      }),
      { numRuns: 100 },
    );
  });

  it('is hardly slower than the best setting on average', async () => {
    const losses: number[] = [];
    for (const { space, host } of fc.sample(randomHost, { seed: 5, numRuns: 200 })) {
      const { boot } = simulatedBoot(host, NOISE, losses.length);
      const { winner } = await runTune({ space, boot });
      const best = Math.max(...enumerateSpace(space).map((setting) => host.rate(setting)));
      losses.push(1 - host.rate(winner!.setting) / best);
    }
    expect(losses.reduce((a, b) => a + b, 0) / losses.length).toBeLessThan(0.01);
  });

  it('gives the same result for the same measurements', async () => {
    const [{ space, host }] = fc.sample(randomHost, { seed: 3, numRuns: 1 }) as [RandomHost];
    const once = await runTune({ space, boot: simulatedBoot(host, NOISE, 9).boot });
    const again = await runTune({ space, boot: simulatedBoot(host, NOISE, 9).boot });
    expect(again).toEqual(once);
  });
});
