import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZosiaError } from '../../src/errors.js';
import { openImage } from '../../src/inspect/open-image.js';
import { verifyImage } from '../../src/inspect/verify.js';
import { E2FSPROGS_DIFFERENCES, DOSFSTOOLS_DIFFERENCES } from './differences.js';
import { unpackCompressed, unpackHexDumps } from './images.js';
import { peerTests, whyNoSources } from './sources.js';
import { skipBecause } from '../support/skipping.js';

type Verdict = 'clean' | 'not clean';

const unavailable = await whyNoSources();

/** The verdict of zosia; images that it rejects are not clean. */
async function verdictOfZosia(path: string): Promise<Verdict> {
  try {
    const image = await openImage(path);
    try {
      return (await verifyImage(image)).problemCount === 0 ? 'clean' : 'not clean';
    } finally {
      await image.close();
    }
  } catch (error) {
    if (error instanceof ZosiaError) return 'not clean';
    throw error;
  }
}

/** Long enough for every image but one: on f_misstable e2fsck -n asks the same again and again. */
const PATIENCE_MS = 60_000;

async function verdictOf(program: string, args: readonly string[]): Promise<Verdict> {
  const options = { reject: false, stdio: 'ignore', timeout: PATIENCE_MS } as const;
  const { exitCode, timedOut } = await execa(program, args, options);
  if (exitCode === undefined && !timedOut) throw new Error(`${program} ended without a status`);
  return exitCode === 0 ? 'clean' : 'not clean';
}

describe('images of other projects', skipBecause(unavailable), () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zosia-peers-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    {
      name: 'e2fsprogs',
      program: 'e2fsck',
      options: ['-fn'],
      unpack: unpackCompressed,
      least: 205,
      listed: E2FSPROGS_DIFFERENCES,
    },
    {
      name: 'dosfstools',
      program: 'fsck.fat',
      options: ['-n'],
      unpack: unpackHexDumps,
      least: 40,
      listed: DOSFSTOOLS_DIFFERENCES,
    },
  ])(
    'of $name get the same verdict from zosia as from $program, except the listed ones',
    async ({ name, program, options, unpack, least, listed }) => {
      const at = join(folder, name);
      const images = join(at, 'images');
      await mkdir(images, { recursive: true });
      const names = await unpack(await peerTests(at, name), images);
      expect(names.length).toBeGreaterThanOrEqual(least);
      const differences: Record<string, Verdict> = {};
      for (const image of names) {
        const path = join(images, image);
        const ours = await verdictOfZosia(path);
        if (ours !== (await verdictOf(program, [...options, path]))) differences[image] = ours;
      }
      const expected = Object.entries(listed).map(([image, { zosia }]) => [image, zosia]);
      expect(differences).toEqual(Object.fromEntries(expected));
    },
  );
});
