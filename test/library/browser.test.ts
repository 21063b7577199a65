import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, ChromiumPage } from '../support/chromium.js';
import { skipWhere } from '../support/skipping.js';
import { exerciseCore } from './core-program.js';

/** The digest of the ext4 image that the program plans: the same on any host, and in a browser. */
const GOLDEN_EXT4 = '81d62fa34f76f4c472c8748f3f1e45deb296b2efabf2e00da330786c09b4c32a';

describe('the core of the library', () => {
  it('plans, reads and checks every format in Node.js', async () => {
    const found = await exerciseCore();
    expect(found).toMatchObject({
      ext4: GOLDEN_EXT4,
      vmdkDisk: GOLDEN_EXT4,
      ext4File: 'planned in a browser: é, 中\n',
      fatFile: 'planned in a browser: é, 中\n',
      unpacked: found['cpio'],
      memberCount: 2,
      members: ['/etc 0', '/etc/motd 30'],
      tensors: ['output.weight'],
    });
  });
});

describe(
  'the core of the library in a browser',
  skipWhere(CHROMIUM === undefined, 'there is no Chromium'),
  () => {
    let page: ChromiumPage;

    beforeAll(async () => {
      const { outputFiles } = await build({
        entryPoints: [fileURLToPath(new URL('./core-program.ts', import.meta.url))],
        bundle: true,
        platform: 'browser',
        format: 'iife',
        globalName: 'program',
        write: false,
      });
      page = await ChromiumPage.start(CHROMIUM!);
      await page.evaluate(`${outputFiles[0]!.text}; globalThis.program = program; undefined`);
    });
    afterAll(async () => {
      await page.close();
    });

    it('plans the same bytes, and reads them back', async () => {
      const found = await page.evaluate('program.exerciseCore()');
      expect(found).toEqual(await exerciseCore());
      expect(found).toMatchObject({ ext4: GOLDEN_EXT4 });
      expect(page.complaints).toEqual([]);
    });
  },
);
