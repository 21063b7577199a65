import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/**
 * How long `zosia up MODEL --prompt ... -n 60` takes from a warm cache, and how much of that is zosia
 * itself, before QEMU starts. The peer is QEMU alone, given the very command that zosia gives it.
 */
const RUNS = 5;
const CLI = fileURLToPath(new URL('../dist/bin/main.js', import.meta.url));
const SPAWN_TIME = new URL('spawn-time.mjs', import.meta.url).href;
const models =
  process.env.ZOSIA_TEST_MODELS ?? fileURLToPath(new URL('../../shared/models', import.meta.url));

async function measure(arch: string, gguf: string): Promise<void> {
  const up = [
    'up',
    gguf,
    '--arch',
    arch,
    '--prompt',
    'Once upon a time',
    '-n',
    '60',
    '--temp',
    '0',
  ];
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
  const { durationMs, stderr } = await execa(
    process.execPath,
    ['--import', SPAWN_TIME, CLI, ...args],
    {
      cwd: folder,
      stdin: 'ignore',
    },
  );
  return { durationMs, stderr };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const seconds = (milliseconds: readonly number[]): string =>
  (median(milliseconds) / 1000).toFixed(2);

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const gguf = join(folder, 'stories260K.gguf');
  await zosia(
    'model',
    'convert',
    join(models, 'stories260K.bin'),
    '--tokenizer',
    join(models, 'tok512.bin'),
    '--out',
    gguf,
  );
  for (const arch of ['aarch64', 'x86_64']) await measure(arch, gguf);
} finally {
  await rm(folder, { recursive: true, force: true });
}
