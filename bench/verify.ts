import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { median } from '../src/perf/statistics.js';
import { CLI } from '../test/support/cli.js';
import { largest, measure } from './measure.js';
import type { Measured } from './measure.js';

/**
 * How long `zosia verify` takes for a file system of very many small files, beside e2fsck, which checks the
 * same image in turn with it; and how long `zosia extract` takes to make the files.
 *
 *     npm run bench:verify -- [--files 48000] [--size-mib 64] [--runs 3] [--folder DIR]
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '48000' },
    'size-mib': { type: 'string', default: '64' },
    runs: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const fileCount = Number(values.files);
const runCount = Number(values.runs);

const FILES_PER_FOLDER = 500;

/** An image of a tree whose files have a few bytes each, made by mke2fs. */
async function makeImage(folder: string): Promise<string> {
  const tree = join(folder, 'tree');
  for (let number = 0; number < fileCount; number += FILES_PER_FOLDER) {
    const below = join(tree, `folder-${number}`);
    await mkdir(below, { recursive: true });
    const numbers = Array.from(
      { length: Math.min(FILES_PER_FOLDER, fileCount - number) },
      (_, index) => number + index,
    );
    await Promise.all(numbers.map((each) => writeFile(join(below, `${each}.txt`), `${each}\n`)));
  }
  const image = join(folder, 'many.img');
  const inodes = fileCount + Math.ceil(fileCount / FILES_PER_FOLDER) + 64;
  const format = ['-q', '-t', 'ext4', '-b', '1024', '-I', '256', '-N', `${inodes}`, '-m', '0'];
  const features = ['-O', 'inline_data,^has_journal,^resize_inode'];
  await execa('mke2fs', [...format, ...features, '-d', tree, image, `${values['size-mib']}M`]);
  await rm(tree, { recursive: true });
  return image;
}

const folder = await mkdtemp(join(values.folder, 'zosia-bench-'));
try {
  const image = await makeImage(folder);
  const zosia: Measured[] = [];
  const e2fsck: Measured[] = [];
  const extract: Measured[] = [];
  for (let run = 0; run < runCount; run++) {
    zosia.push(await measure(process.execPath, [CLI, 'verify', image]));
    e2fsck.push(await measure('e2fsck', ['-f', '-n', image]));
    const out = join(folder, 'extracted');
    extract.push(await measure(process.execPath, [CLI, 'extract', image, '--out', out]));
    await rm(out, { recursive: true });
  }
  const time = (runs: readonly Measured[]): number => median(runs.map((one) => one.durationMs));
  console.log(`\n${fileCount} files on ${values['size-mib']} MiB of ext4 (median of ${runCount})`);
  for (const [name, runs] of [
    ['zosia verify', zosia],
    ['e2fsck -f -n', e2fsck],
    ['zosia extract', extract],
  ] as const) {
    const peakKiB = largest(runs.map((one) => one.peakKiB));
    const memory = peakKiB === undefined ? 'unknown' : `${Math.round(peakKiB / 1024)} MiB`;
    const seconds = (time(runs) / 1000).toFixed(2).padStart(7);
    console.log(`  ${name.padEnd(14)}${seconds} s   peak memory ${memory}`);
  }
  console.log(`  zosia takes ${(time(zosia) / time(e2fsck)).toFixed(1)} times as long`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
