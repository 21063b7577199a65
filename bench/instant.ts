import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { ARCHITECTURES } from '../src/artifacts/architectures.js';
import { median } from '../src/perf/statistics.js';
import { CLI } from '../test/support/cli.js';
import { convertCheckpoint } from '../test/support/convert-checkpoint.js';
import { STORIES_260K } from '../test/support/weight-files.js';
import { writeBenchModel } from './bench-model.js';
import { proportionalMiB, startChat } from './instant/terminal.js';
import type { Chat } from './instant/terminal.js';

/**
 * How long machines take to be there when they have been saved before, with the boot that they save as the peer:
 * a chat until its prompt is to be seen and takes a key, and an answer until it is whole. What saving adds to the
 * first boot; what ten copies of one machine take of the host's memory.
 *
 *     npm run bench:instant -- [--arch ARCH ...] [--runs 5]
 */
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    runs: { type: 'string', default: '5' },
  },
});
const RUNS = Number(values.runs);
const COPIES = 10;
const LARGE_MIB = 1024;
const SPAWN_TIME = fileURLToPath(new URL('spawn-time.cjs', import.meta.url));

/** How a machine comes about: booted as if there were no other way, booted to be saved, woken. */
const WAYS = { booted: ['--no-snapshot'], saved: ['--fresh'], woken: [] } as const;
type Way = keyof typeof WAYS;
const WAY_NAMES = Object.keys(WAYS) as Way[];

const seconds = (milliseconds: readonly number[]): string =>
  (median(milliseconds) / 1000).toFixed(2);
const ratio = (one: readonly number[], peer: readonly number[]): string =>
  (median(one) / median(peer)).toFixed(2);

/** A figure for each way, of each run. */
const perWay = (): Record<Way, number[]> => ({ booted: [], saved: [], woken: [] });

async function measureChats(arch: string): Promise<void> {
  const prompt = perWay();
  const key = perWay();
  for (let run = 0; run < RUNS; run++) {
    for (const way of WAY_NAMES) {
      const chat = await startChat(folder, ['--arch', arch, ...WAYS[way]]);
      prompt[way].push(chat.times.promptMs);
      key[way].push(chat.times.echoMs);
      await chat.end();
    }
  }
  report(`${arch}: a chat's prompt is to be seen`, prompt);
  report(`${arch}: a chat takes a key`, key);
  const added = key.saved.map((each, run) => each - key.booted[run]!);
  console.log(`${arch}: saving adds ${seconds(added)} s`);
}

async function measureAnswers(arch: string, gguf: string): Promise<void> {
  const whole = perWay();
  const before = perWay();
  const answer = ['--prompt', 'Once upon a time', '-n', '60', '--temp', '0'];
  for (let run = 0; run < RUNS; run++) {
    for (const way of WAY_NAMES) {
      const args = ['up', gguf, '--arch', arch, ...answer, ...WAYS[way]];
      const timed = ['--require', SPAWN_TIME, CLI, ...args];
      const { durationMs, stderr } = await execa(process.execPath, timed, {
        cwd: folder,
        stdin: 'ignore',
      });
      whole[way].push(durationMs);
      before[way].push(Number(/qemu-started-after-ms=(\d+)/.exec(stderr)![1]));
    }
  }
  report(`${arch}: an answer of 60 tokens is whole`, whole);
  report(`${arch}: zosia itself, before QEMU is started`, before);
}

/** @param args what the copies are of @param question what each of them answers first */
async function measureMemory(
  arch: string,
  name: string,
  { args = [], question }: { readonly args?: readonly string[]; readonly question?: string } = {},
): Promise<void> {
  const chats: Chat[] = [];
  const start = async (): Promise<Chat> => {
    const chat = await startChat(folder, ['--arch', arch, ...args]);
    chats.push(chat);
    if (question !== undefined) await chat.ask(question);
    return chat;
  };
  try {
    await start();
    const one = await proportionalMiB(chats[0]!.processes.slice(1));
    while (chats.length < COPIES) await start();
    const all = await proportionalMiB(chats.flatMap(({ processes }) => processes.slice(1)));
    console.log(
      `${arch}: QEMU's memory (Pss) of one copy with ${name} ${one.toFixed(0)} MiB, of ${COPIES} ${all.toFixed(0)} MiB: ` +
        `${(all / one).toFixed(2)} times`,
    );
  } finally {
    for (const chat of chats) await chat.end();
  }
}

/** A model whose weights are most of what a machine has in memory. */
async function measureLarge(arch: string, gguf: string): Promise<void> {
  const args = [gguf, '-n', '2'];
  const booted = await startChat(folder, ['--arch', arch, ...args, '--no-snapshot']);
  await booted.end();
  const saved = await startChat(folder, ['--arch', arch, ...args, '--fresh']);
  await saved.end();
  const woken = await startChat(folder, ['--arch', arch, ...args]);
  await woken.end();
  const times = [booted, saved, woken].map(({ times: { promptMs } }) => seconds([promptMs]));
  console.log(
    `${arch}: a chat with a model of ${LARGE_MIB} MiB is to be seen: booted ${times[0]!} s, saved ${times[1]!} s, woken ${times[2]!} s`,
  );
  await measureMemory(arch, `a model of ${LARGE_MIB} MiB`, { args, question: 'x' });
}

function report(title: string, times: Record<Way, readonly number[]>): void {
  const of = (way: Way): string => `${way} ${seconds(times[way])} s`;
  console.log(
    `${title}: ${WAY_NAMES.map(of).join(', ')}; woken to booted ${ratio(times.woken, times.booted)}`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const gguf = await convertCheckpoint(folder, STORIES_260K);
  const large = join(folder, 'large.gguf');
  await writeBenchModel(large, LARGE_MIB, 'hole');
  console.log(`medians of ${RUNS}, load ${loadavg()[0]!.toFixed(1)}`);
  for (const arch of ARCHITECTURES.filter((each) => values.arch.includes(each))) {
    await execa(process.execPath, [CLI, 'up', '--arch', arch, '--prompt', 'x', '-n', '1'], {
      cwd: folder,
    });
    await measureChats(arch);
    await measureAnswers(arch, gguf);
    await measureMemory(arch, 'the built-in model');
    await measureLarge(arch, large);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
