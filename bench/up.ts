import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ARCHITECTURES } from '../src/artifacts/architectures.js';
import { median } from '../src/perf/statistics.js';
import { CLI } from '../test/support/cli.js';
import { convertCheckpoint } from '../test/support/convert-checkpoint.js';
import { STORIES_260K } from '../test/support/weight-files.js';

/**
 * How long `zosia up MODEL --prompt ... -n 60` takes from a warm cache, and how much of that is zosia
 * itself, before QEMU starts. The peer is QEMU alone, given the very command that zosia gives it.
 */
const RUNS = 5;
const SPAWN_TIME = fileURLToPath(new URL('spawn-time.cjs', import.meta.url));

async function measure(arch: string, gguf: string): Promise<void> {
  const answer = ['--prompt', 'Once upon a time', '-n', '60', '--temp', '0'];
  const up = ['up', gguf, '--arch', arch, ...answer];
  await zosia(...up);
  const wall: number[] = [];
  const tool: number[] = [];
  const qemu: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { durationMs, stderr } = await zosia(...up);
    const started = Number(/qemu-started-after-ms=(\d+)/.exec(stderr)![1]);
    wall.push(durationMs);
    tool.push(started);
    qemu.push(durationMs - started);
  }
  console.log(
    `${arch}: up ${seconds(wall)} s, of which zosia before QEMU ${seconds(tool)} s and QEMU ${seconds(qemu)} s; ` +
      `ratio to QEMU alone ${(median(wall) / median(qemu)).toFixed(2)} (median of ${RUNS})`,
  );
}

async function zosia(...args: string[]): Promise<{ durationMs: number; stderr: string }> {
  const timed = ['--require', SPAWN_TIME, CLI, ...args];
  const { durationMs, stderr } = await execa(process.execPath, timed, {
    cwd: folder,
    stdin: 'ignore',
  });
  return { durationMs, stderr };
}

const seconds = (milliseconds: readonly number[]): string =>
  (median(milliseconds) / 1000).toFixed(2);

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const gguf = await convertCheckpoint(folder, STORIES_260K);
  for (const arch of ARCHITECTURES) await measure(arch, gguf);
} finally {
  await rm(folder, { recursive: true, force: true });
}
