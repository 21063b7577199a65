import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { VOCABULARY } from '../../formats/gguf/odd-samples.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { zosia } from '../../support/cli.js';
import { imageBytes } from '../../support/images.js';
import { startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
let hub: HubServer;

/** Keys and values of so many bytes that no host has the memory: 2^31 - 1 tokens of them. */
const TOO_MANY_TOKENS = '2147483647';
/** Behind the header there are weights, which nobody needs to read to see what it is. */
const BEHIND_BYTES = 8 << 20;

/** How many bytes of files have been asked for since so many requests; without a range it is all of one. */
const askedBytes = (since: number): number =>
  hub.cdn.headers.slice(since).reduce((sum, { range = '' }) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    return sum + (first === undefined ? Infinity : Number(last) - Number(first) + 1);
  }, 0);

const run = (...args: string[]) =>
  zosia(args, {
    cwd: folder.path,
    env: {
      HF_ENDPOINT: hub.url.href,
      ZOSIA_CACHE: folder.file('cache'),
      ZOSIA_MODELS: folder.file('models'),
      HOME: folder.path,
    },
  });

beforeAll(async () => {
  const vocabulary = Buffer.from(await imageBytes(planGguf(VOCABULARY)));
  hub = await startHub({
    repos: {
      'some/thing': {
        files: {
          'model.gguf': Buffer.concat([await modelGguf(), Buffer.alloc(BEHIND_BYTES)]),
          'vocabulary.gguf': Buffer.concat([vocabulary, Buffer.alloc(BEHIND_BYTES)]),
        },
      },
    },
  });
});

afterAll(async () => {
  await hub.close();
});

describe('a pull of what does not fit', () => {
  it('is refused by zosia up before the weights are downloaded, with figures', async () => {
    const before = hub.cdn.headers.length;
    const args = ['--ctx', TOO_MANY_TOKENS, '--accel', 'tcg'];
    const { stderr, exitCode } = await run('up', 'hf:some/thing/model.gguf', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: .* needs a machine with \d+ MiB .* context of 2147483647 tokens; .* MiB free of/m,
    );
    expect(stderr).toMatch(/^hint: +It fits with a context of \d+ tokens \(--ctx \d+\)/m);
    expect(askedBytes(before)).toBeLessThan(BEHIND_BYTES / 2);
    expect((await run('model', 'list', '--json')).stdout).toBe('[]\n');
  });

  it('is refused where it would be no model', async () => {
    const before = hub.cdn.headers.length;
    const { stderr, exitCode } = await run('model', 'pull', 'hf:some/thing/vocabulary.gguf');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/holds a vocabulary and no weights/);
    expect(askedBytes(before)).toBeLessThan(BEHIND_BYTES / 2);
  });

  it('is none where it fits: size, disk and memory are told, and nothing where nothing is to come', async () => {
    const pull = ['model', 'pull', 'hf:some/thing/model.gguf', '--json'];
    const { stdout, stderr, exitCode } = await run(...pull);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).not.toContain('warning');
    expect(stderr).toMatch(/^model: 9 MiB to download; \d+ MiB of disk are free$/m);
    expect(stderr).toMatch(
      /^with a context of 2048 tokens it needs \d+ MiB of memory; \d+ MiB are/m,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'model',
      fit: { contextTokens: 2048, fitsMemory: true, fitsDisk: true },
    });
    const again = await run(...pull);
    expect(again.stderr).not.toContain('to download');
    expect(JSON.parse(again.stdout)).not.toHaveProperty('fit');
    await rm(folder.file('models'), { recursive: true });
  });
});
