import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { median } from '../src/perf/statistics.js';

/**
 * How fast a file is downloaded and verified over loopback, beside `curl -o` followed by `sha256sum`, in turn with
 * it. The server is another process; what it sends lies in the page cache.
 *
 *     npm run bench:download -- [--mib 1024] [--runs 3] [--folder DIR]
 */
const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    runs: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const sizeBytes = Number(values.mib) << 20;
const runCount = Number(values.runs);
/** At least so many times the rate of the two programs, and at most so much memory. */
const LEAST_RATIO = 0.6;
const MOST_KIB = 200 << 10;

const CHUNK_BYTES = 1 << 20;

async function makeFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) {
    randomFillSync(chunk);
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  await file.sync();
  await file.close();
  return hash.digest('hex');
}

/** As it is when it is installed: one file, without a compiler in between. */
async function bundled(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`download/${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}

const folder = await mkdtemp(join(values.folder, 'zosia-bench-'));
try {
  const source = join(folder, 'source');
  const sha256 = await makeFile(source);
  const server = execa(process.execPath, [await bundled('server', folder), source]);
  server.catch(() => undefined);
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().trim()}/file`;
  const client = await bundled('client', folder);
  const target = join(folder, 'target');
  const zosia: number[] = [];
  const others: number[] = [];
  let peakKiB = 0;
  for (let run = 0; run < runCount; run++) {
    const began = performance.now();
    await execa('curl', ['-s', '-o', target, url]);
    const { stdout: sum } = await execa('sha256sum', [target]);
    others.push(performance.now() - began);
    if (!sum.startsWith(sha256)) throw new Error('curl got another file');
    await rm(target);
    const { stdout } = await execa(process.execPath, [client, url, target, `${sizeBytes}`, sha256]);
    const found = JSON.parse(stdout) as { durationMs: number; peakKiB: number };
    zosia.push(found.durationMs);
    peakKiB = Math.max(peakKiB, found.peakKiB);
    await rm(target);
  }
  server.kill();
  const ratio = median(others) / median(zosia);
  const rate = (durationMs: number): string =>
    `${Math.round(sizeBytes / 2 ** 20 / (durationMs / 1000))} MiB/s`;
  console.log(`curl and sha256sum   ${rate(median(others))}`);
  console.log(
    `zosia                ${rate(median(zosia))}, at most ${peakKiB >> 10} MiB of memory`,
  );
  console.log(`ratio                ${ratio.toFixed(2)} (at least ${LEAST_RATIO})`);
  if (ratio < LEAST_RATIO || peakKiB > MOST_KIB) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
