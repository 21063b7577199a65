import { describe, expect, it } from 'vitest';
import { findEntry } from '../../../src/models/catalogue/catalogue.js';
import { rememberSpeed } from '../../../src/perf/speed-history.js';
import { speedWith } from '../../prepare/samples.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const cache = (): string => folder.file('cache');
const suggest = (...args: string[]) =>
  zosia(['model', 'suggest', ...args], {
    env: { ZOSIA_CACHE: cache(), ZOSIA_MODELS: folder.file('models') },
  });

interface Suggested {
  readonly models: readonly {
    readonly name: string;
    readonly quality: number;
    readonly ramMiB: number;
    readonly freeMiB: number;
    readonly speed?: { readonly models: readonly string[] };
  }[];
  readonly unfit: readonly { readonly name: string; readonly reasons: readonly string[] }[];
}

describe('zosia model suggest', () => {
  it('names models that fit this host, the best first, in JSON as in rows', async () => {
    const [table, json] = await Promise.all([
      suggest('--ctx', '512'),
      suggest('--ctx=512', '--json'),
    ]);
    expect(table.exitCode, table.stderr).toBe(0);
    const { models } = JSON.parse(json.stdout) as Suggested;
    expect(models.length).toBeGreaterThan(0);
    expect(models.length).toBeLessThanOrEqual(5);
    for (const { ramMiB, freeMiB } of models) expect(ramMiB).toBeLessThanOrEqual(freeMiB);
    const qualities = models.map(({ quality }) => quality);
    expect(qualities).toEqual(qualities.toSorted((a, b) => b - a));
    const rows = table.stdout.trimEnd().split('\n');
    expect(rows[0]).toMatch(/^NAME +DOWNLOAD +MEMORY +SPEED +ABOUT$/);
    expect(rows.slice(1).map((row) => row.split(' ')[0])).toEqual(models.map(({ name }) => name));
  });

  it('says why nothing fits with a context that is too long', async () => {
    const { stdout, stderr, exitCode } = await suggest('--ctx', '900000000');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toMatch(/^no model of the catalogue fits this host$/m);
    expect(stderr).toMatch(
      /^does not fit: phi-3\.5-mini needs .* MiB .* context of 900000000 tokens; .* MiB free/m,
    );
  });

  it('has speeds that follow from what was measured on this host', async () => {
    const { name, weightBytes } = findEntry('smollm2-135m')!;
    await rememberSpeed(cache(), speedWith({ model: name, tokenBytes: 8 * weightBytes }));
    const { stdout, stderr } = await suggest('--ctx', '512');
    expect(stdout).toMatch(/about [\d.]+ to [\d.]+ tokens\/s/);
    expect(stderr).toContain(`speeds follow from ${name}, measured here under kvm`);
  });
});
