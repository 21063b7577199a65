import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIB } from '../../src/image/units.js';
import { defaultSize } from '../../src/machine/machine.js';
import { fitOf, readFitHost } from '../../src/prepare/fit.js';
import { checkFit, describeFit } from '../../src/prepare/fit-messages.js';
import { memoryByContext } from '../../src/prepare/memory-by-context.js';
import { modelNeeds } from '../../src/recipes/model-memory.js';
import { readGgufInfo } from '../../src/recipes/gguf-info.js';
import { zosiaError } from '../support/errors.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { FACTS, hostWith, speedWith, subjectWith } from './samples.js';

const tokens = fc.integer({ min: 1, max: 200_000 });
const mebibytes = fc.integer({ min: 0, max: 200_000 });

describe('fitOf', () => {
  it('tells what a machine needs, and what there is', () => {
    expect(fitOf(subjectWith(), hostWith({ freeMiB: 5000 }))).toMatchObject({
      contextTokens: 4096,
      // 2282 of weights, 1536 of keys and values, and 512, in steps of 64.
      ramMiB: 4352,
      freeMiB: 5000,
      fitsMemory: true,
      fitsDisk: true,
      smallerQuantisation: undefined,
    });
  });

  it('decides as zosia up does', () => {
    fc.assert(
      fc.property(tokens, mebibytes, (contextTokens, freeMiB) => {
        const host = hostWith({ freeMiB });
        const { memory } = modelNeeds(FACTS, { contextTokens });
        let starts = true;
        try {
          defaultSize(memory, host);
        } catch {
          starts = false;
        }
        expect(fitOf(subjectWith(), host, { contextTokens }).fitsMemory).toBe(starts);
      }),
    );
  });

  it('tells the same memory as zosia model info', async () => {
    const { info } = await readGgufInfo(EMBEDDED_MODEL, '.');
    const rows = memoryByContext(info);
    expect(rows.length).toBeGreaterThan(0);
    for (const { contextTokens, ramMiB } of rows) {
      const fit = fitOf(subjectWith({ facts: info }), hostWith(), { contextTokens });
      expect(fit).toMatchObject({ contextTokens, ramMiB });
    }
  });

  it('needs more for longer contexts, and never fits with more where it does not with less', () => {
    fc.assert(
      fc.property(tokens, tokens, mebibytes, (one, other, freeMiB) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)].map((contextTokens) =>
          fitOf(subjectWith(), hostWith({ freeMiB }), { contextTokens }),
        );
        expect(long!.ramMiB).toBeGreaterThanOrEqual(short!.ramMiB);
        if (long!.fitsMemory) expect(short!.fitsMemory).toBe(true);
      }),
    );
  });

  it('fits where there is more memory, and more room, if it does where there is less', () => {
    fc.assert(
      fc.property(mebibytes, mebibytes, mebibytes, (one, other, downloadMiB) => {
        const subject = subjectWith({ downloadBytes: downloadMiB * MIB });
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((size) =>
          fitOf(subject, hostWith({ freeMiB: size, freeDiskBytes: size * MIB })),
        );
        if (less!.fitsMemory) expect(more!.fitsMemory).toBe(true);
        if (less!.fitsDisk) expect(more!.fitsDisk).toBe(true);
        expect(more!.longestContext ?? 0).toBeGreaterThanOrEqual(less!.longestContext ?? 0);
      }),
    );
  });

  it('finds the longest context: it fits, and the next step does not', () => {
    fc.assert(
      fc.property(mebibytes, (freeMiB) => {
        const host = hostWith({ freeMiB });
        const fitsWith = (contextTokens: number): boolean =>
          fitOf(subjectWith(), host, { contextTokens }).fitsMemory;
        const { longestContext } = fitOf(subjectWith(), host);
        if (longestContext === undefined) expect(fitsWith(256)).toBe(false);
        else {
          expect(fitsWith(longestContext)).toBe(true);
          const isWhole = longestContext === FACTS.contextLength;
          expect(isWhole || !fitsWith(longestContext + 256)).toBe(true);
        }
      }),
    );
  });

  it('names the largest usual quantisation that fits, where this one does not', () => {
    const host = hostWith({ freeMiB: 3950 });
    const { smallerQuantisation } = fitOf(subjectWith(), host);
    expect(smallerQuantisation).toMatchObject({ name: 'Q3_K_M' });
    const { weightBytes } = smallerQuantisation!;
    expect(weightBytes).toBe(Math.ceil((3.82e9 * 4) / 8));
    const facts = { ...FACTS, weightBytes };
    expect(fitOf(subjectWith({ facts }), host).fitsMemory).toBe(true);
    expect(fitOf(subjectWith(), hostWith({ freeMiB: 600 })).smallerQuantisation).toBeUndefined();
    const unknown = subjectWith({ parameterCount: undefined });
    expect(fitOf(unknown, host).smallerQuantisation).toBeUndefined();
  });

  it('counts what is loaded beside the model', () => {
    const { ramMiB } = fitOf(subjectWith({ companionBytes: 640 * MIB }), hostWith());
    expect(ramMiB - fitOf(subjectWith(), hostWith()).ramMiB).toBe(640);
  });

  it('counts the weights of a draft, a context of its own, and what of it is to be downloaded', () => {
    const draft = subjectWith({ name: 'small', facts: { ...FACTS, weightBytes: 256 * MIB } });
    const alone = fitOf(subjectWith(), hostWith());
    const both = fitOf(subjectWith({ draft }), hostWith());
    // 1536 of keys and values for 4096 tokens.
    expect(both.ramMiB - alone.ramMiB).toBe(256 + 1536);
    const room = hostWith({ freeDiskBytes: 2 * FACTS.weightBytes - 1 });
    expect(fitOf(subjectWith({ draft }), room).fitsDisk).toBe(false);
    expect(fitOf(subjectWith({ draft: { ...draft, downloadBytes: 0 } }), room).fitsDisk).toBe(true);
    expect(both.fitsWithoutDraft).toBe(false);
    expect(fitOf(subjectWith({ draft }), hostWith({ freeMiB: 5000 }))).toMatchObject({
      fitsMemory: false,
      fitsWithoutDraft: true,
    });
  });

  it('takes memory that was asked for as it is', () => {
    const host = hostWith({ freeMiB: 100 });
    expect(fitOf(subjectWith(), host).fitsMemory).toBe(false);
    expect(fitOf(subjectWith(), host, { ramMiB: 2048 }).fitsMemory).toBe(true);
    // A context has to be in memory as a whole.
    expect(fitOf(subjectWith(), host, { ramMiB: 64 }).fitsMemory).toBe(false);
  });
});

describe('checkFit', () => {
  it('refuses what the disk has no room for, with figures, wherever it is to run', () => {
    const fit = fitOf(subjectWith(), hostWith({ freeDiskBytes: 100 * MIB }));
    for (const runsHere of [true, false]) {
      expect(() => checkFit(fit, { runsHere })).toThrow(zosiaError('ZOSIA_DISK_FULL'));
      expect(() => checkFit(fit, { runsHere })).toThrow(/2282 MiB .* 100 MiB are free/);
    }
    const untold = fitOf(subjectWith(), hostWith({ freeDiskBytes: undefined }));
    expect(checkFit(untold, { runsHere: true })).toEqual([]);
  });

  it('refuses what needs more memory than is free, and says what would fit', () => {
    const fit = fitOf(subjectWith(), hostWith({ freeMiB: 3950, totalMiB: 4000 }));
    let thrown: unknown;
    try {
      checkFit(fit, { runsHere: true, instead: 'llama' });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
      message: expect.stringMatching(
        /^phi needs .* 4352 MiB .* 4096 tokens; .* 3950 MiB free of 4000 MiB$/,
      ) as string,
      hint: expect.stringMatching(
        /context of \d+ tokens \(contextTokens=\d+\)\. In Q3_K_M, .* llama fits\.$/,
      ) as string,
    });
    expect(fit.longestContext).toBeGreaterThan(256);
  });

  it('tells what of the figures is of a draft, and whether the model would fit without', () => {
    const facts = { ...FACTS, weightBytes: 256 * MIB };
    const draft = subjectWith({ name: 'small', facts, downloadBytes: 100 * MIB });
    const [warning] = checkFit(fitOf(subjectWith({ draft }), hostWith({ freeMiB: 5000 })), {
      runsHere: false,
    });
    expect(warning).toMatch(
      /^phi with the draft small \(256 MiB of weights, 100 MiB to be downloaded\) needs .* 6144 MiB/,
    );
    expect(warning).toContain('Without the draft it fits.');
    const full = fitOf(subjectWith({ draft }), hostWith({ freeDiskBytes: 2300 * MIB }));
    expect(() => checkFit(full, { runsHere: true })).toThrow(
      /draft small .*: 2382 MiB are to be downloaded, 2300 MiB are free/,
    );
  });

  it('warns of a model that is only kept here, with the same figures', () => {
    const fit = fitOf(subjectWith(), hostWith({ freeMiB: 600 }));
    const [warning, ...others] = checkFit(fit, { runsHere: false });
    expect(others).toEqual([]);
    expect(warning).toMatch(/4352 MiB .* 600 MiB free of 16384 MiB\. It fits once other programs/);
  });

  it('warns of nothing where it fits', () => {
    expect(checkFit(fitOf(subjectWith(), hostWith()), { runsHere: true })).toEqual([]);
  });
});

describe('describeFit', () => {
  it('tells download and memory next to what there is', () => {
    expect(describeFit(fitOf(subjectWith(), hostWith()))).toEqual([
      'phi: 2282 MiB to download; 100000 MiB of disk are free',
      'with a context of 4096 tokens it needs 4352 MiB of memory; 8192 MiB are free of 16384 MiB',
    ]);
  });

  it('tells the speed where one has been measured, and a draft with its model', () => {
    const draft = subjectWith({ name: 'small', downloadBytes: 10 * MIB });
    const host = hostWith({ speeds: [speedWith()], freeDiskBytes: undefined });
    const [download, running] = describeFit(fitOf(subjectWith({ draft }), host));
    expect(download).toMatch(/^phi with the draft small \(.*\): 2292 MiB to download$/);
    expect(running).toMatch(/; about 9 to 11 tokens\/s here$/);
  });
});

describe('readFitHost', () => {
  const folder = temporaryFolder();

  it('tells the room for a folder that is not there yet', async () => {
    const there = await readFitHost(folder.path);
    const notYet = await readFitHost(folder.file('a/b/c'));
    expect(there.freeDiskBytes).toBeGreaterThan(0);
    expect(notYet.freeDiskBytes! / there.freeDiskBytes!).toBeCloseTo(1, 1);
    expect(there.freeMiB).toBeGreaterThan(0);
    expect(there.totalMiB).toBeGreaterThan(0);
  });
});
