import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { openImage } from '../../../src/inspect/open-image.js';
import { verifyImage } from '../../../src/inspect/verify.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWith, fsckFat, run } from './programs.js';

/** Options of mkfs.fat, and sizes in KiB that they are tried with. */
const VOLUMES: readonly (readonly [options: string, ...sizesKib: number[]])[] = [
  ['', 100, 720, 1440, 16_383, 33_333, 70_001],
  ['-F 12', 160, 4084, 5000],
  ['-F 16', 16_383, 66_000],
  ['-F 32', 40_000, 70_001],
  ['-s 1', 1440, 5000],
  ['-s 128', 5000, 70_001],
  ['-F 32 -s 8', 300_000],
  ['-S 1024', 1440, 33_333],
  ['-S 2048', 5000],
  ['-S 4096', 5000, 70_001],
  ['-F 32 -S 4096', 300_000],
  ['-f 1', 720, 70_001],
  ['-R 2', 1440],
  ['-R 100', 5000, 70_001],
  ['-F 32 -b 12 -R 40', 33_333],
  ['-F 32 -R 8 -b 6', 33_333],
  ['-h 63', 1440],
  ['-a', 1440, 70_001],
  ['-n LABEL', 720, 70_001],
  ['-i deadbeef', 5000],
  ['--mbr=y', 16_383],
  ['--mbr=no', 16_383],
  ['-M 0xf0', 1440],
  ['-D 0', 5000],
  ['-r 16', 1440],
  ['-r 1000', 5000],
  ['-g 255/63', 33_333],
  ['-c', 1440],
  ['--invariant', 2880],
];

/** Bytes changed in each volume that is damaged. */
const SAMPLES = 40;

/** Numbers from 0 up to, not including, 1: the same every time. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describeWith(['mkfs.fat', 'fsck.fat', 'mcopy'], 'volumes of mkfs.fat', () => {
  const folder = temporaryFolder();
  let disk: string;
  beforeAll(async () => {
    disk = folder.file('disk.img');
    await writeFile(folder.file('two clusters'), new Uint8Array(5000).fill(7));
  });

  async function make(options: string, sizeKib: number): Promise<void> {
    await writeFile(disk, '');
    await truncate(disk, sizeKib * 1024);
    const commands = [
      ['mkfs.fat', ...options.split(' ').filter(Boolean), disk],
      ['mmd', '-i', disk, '::folder'],
      ...['first', 'second, with a long name'].map((name) => [
        ...['mcopy', '-i', disk, folder.file('two clusters'), `::folder/${name}.txt`],
      ]),
    ];
    for (const [program, ...args] of commands) {
      const { status, output } = run(program!, args);
      expect(status, `${program!} ${args.join(' ')}: ${output}`).toBe(0);
    }
  }

  /** What is found; a volume that is refused has a problem, too. */
  async function found(): Promise<string[]> {
    try {
      const image = await openImage(disk);
      try {
        const { problems, warnings } = await verifyImage(image);
        return [...problems, ...warnings].map(({ code, message }) => `${code}: ${message}`);
      } finally {
        await image.close();
      }
    } catch (error) {
      if (error instanceof ZosiaError) return [error.code];
      throw error;
    }
  }

  for (const [options, ...sizes] of VOLUMES) {
    it(`are verified without problems, as by fsck.fat: mkfs.fat ${options}`, async () => {
      for (const sizeKib of sizes) {
        await make(options, sizeKib);
        const { status, output } = fsckFat(disk);
        expect(status, output).toBe(0);
        const image = await openImage(disk);
        const { problems } = await verifyImage(image);
        await image.close();
        expect(problems, `${sizeKib} KiB`).toEqual([]);
      }
    });
  }

  it('are accepted with four FATs, which Linux accepts and fsck.fat refuses', async () => {
    await make('-f 4', 1440);
    expect(fsckFat(disk).output).toContain('only 1 or 2 FATs are supported');
    expect(await found()).toEqual([]);
  });

  it.each([
    ['-F 12', 1440],
    ['-F 16 -R 4', 9000],
    ['-F 32 -s 1', 40_000],
    ['-F 12 -S 2048 -f 1', 2880],
  ])('are reported for changes that fsck.fat reports: mkfs.fat %s', async (options, sizeKib) => {
    await make(options, sizeKib);
    const sound = await readFile(disk);
    // Only metadata: file contents have no checksum.
    const places: number[] = [];
    for (let at = 0; at < sound.length; at++)
      if (sound[at] !== 0 && sound[at] !== 7) places.push(at);
    const random = sequence(sizeKib);
    const missed: string[] = [];
    let reported = 0;
    const file = await open(disk, 'r+');
    for (let i = 0; i < SAMPLES; i++) {
      const at = places[Math.floor(random() * places.length)]!;
      const byte = sound[at]!;
      const changed = byte ^ (1 << Math.floor(random() * 8));
      await file.write(Uint8Array.of(changed), 0, 1, at);
      const { status, output } = fsckFat(disk);
      if (status !== 0) {
        reported++;
        if ((await found()).length === 0) missed.push(`+${at}: ${byte} to ${changed}: ${output}`);
      }
      await file.write(Uint8Array.of(byte), 0, 1, at);
    }
    await file.close();
    expect(missed).toEqual([]);
    expect(reported).toBeGreaterThan(0);
  });
});
