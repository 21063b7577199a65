import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessBytes } from '../../../src/image/random-access.js';
import { mapImage } from '../../../src/inspect/map/image.js';
import { file as fatFile } from '../../formats/fat/layouts.js';
import { CHROMIUM, ChromiumPage } from '../../support/chromium.js';
import { skipWhere } from '../../support/skipping.js';
import { imageBytes } from '../../support/images.js';
import { cpioBytes, espDisk, ext4 } from '../samples.js';

const SOURCES = fileURLToPath(new URL('../../../src/', import.meta.url));

/** A program for a page: returns the map of base64-encoded bytes as JSON. */
const PROGRAM = `
import { accessBytes } from './image/random-access.js';
import { mapImage } from './inspect/map/image.js';
globalThis.mapOf = async (base64) =>
  JSON.stringify(await mapImage(accessBytes(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)))));
`;

const IMAGES = {
  'an ext4 file system': () => imageBytes(ext4()),
  'a disk with a FAT volume': () => imageBytes(espDisk([fatFile('/a', 'a')])),
  'a packed initramfs': async () =>
    gzipSync(await cpioBytes([{ type: 'file', path: '/a', mode: 0o644, data: Buffer.from('a') }])),
};

describe('mapImage in Chromium', skipWhere(CHROMIUM === undefined, 'there is no Chromium'), () => {
  let page: ChromiumPage;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: PROGRAM, resolveDir: SOURCES },
      bundle: true,
      platform: 'browser',
      format: 'iife',
      write: false,
    });
    page = await ChromiumPage.start(CHROMIUM!);
    await page.evaluate(`${outputFiles[0]!.text}; undefined`);
  });
  afterAll(async () => {
    await page.close();
  });

  it.each(Object.entries(IMAGES))('returns the same map of %s as in Node.js', async (_, make) => {
    const bytes = await make();
    const base64 = Buffer.from(bytes).toString('base64');
    const found = await page.evaluate<string>(`mapOf(${JSON.stringify(base64)})`);
    const here = await mapImage(accessBytes(bytes));
    expect(found).toBe(JSON.stringify(here));
  });
});
