import { join } from 'node:path';
import { execa } from 'execa';
import { writeRaw } from '../../src/host/raw-writer.js';
import { CLI } from '../../test/support/cli.js';
import type { LlamaPrograms } from '../../test/support/llama-programs.js';
import { quantise } from '../../test/support/native-llama/quantise.js';
import { FEW_MILLIONS, benchModel } from './model.js';
import { report } from './report.js';
import type { Rates } from './report.js';

export interface EmulatedOptions {
  readonly folder: string;
  readonly types: readonly string[];
  readonly runs: number;
  readonly architectures: readonly string[];
  /** Processors of each machine; a thread for each of them. */
  readonly cpus: string;
  /** QEMU's models of processors, each for both machines; none for the default. */
  readonly cpuModels: readonly (string | undefined)[];
}

const GENERATED = 32;
/** The model says anything, whatever is asked. */
const PROMPT = 'What a machine reads, word after word, before it has anything to say.';

/** The machine without an operating system and llama.cpp in the Linux guest, both emulated by QEMU. */
export async function compareEmulated(
  llama: LlamaPrograms,
  { folder, types, runs, architectures, cpus, cpuModels }: EmulatedOptions,
): Promise<void> {
  const plain = join(folder, 'emulated.gguf');
  await writeRaw(benchModel(FEW_MILLIONS), plain);
  for (const type of types) {
    const gguf = type === 'Q8_0' ? plain : await quantise(llama, plain, type);
    for (const arch of architectures) {
      for (const cpu of cpuModels) {
        const machine = [gguf, '--arch', arch, '--accel', 'tcg', '--smp', cpus];
        if (cpu !== undefined) machine.push('--cpu', cpu);
        const own: Rates[] = [];
        const others: Rates[] = [];
        for (let run = 0; run < runs; run++) {
          own.push(await byEfi(folder, machine));
          others.push(await byLinux(folder, machine, cpus));
        }
        report(`${type}, QEMU, ${arch}, ${cpu ?? 'the default CPU'}, ${cpus}`, own, others, {
          generation: 1,
        });
      }
    }
  }
}

/** By the machine's own clock. */
async function byEfi(folder: string, machine: readonly string[]): Promise<Rates> {
  const options = ['--machine', 'efi', '--chat-template', 'none', '--temp', '0'];
  const args = ['up', ...machine, ...options, '-n', String(GENERATED)];
  const input = `${PROMPT}\n/stats\n/poweroff\n`;
  const { stdout } = await execa(process.execPath, [CLI, ...args], { cwd: folder, input });
  const found = /^generation: +\d+ tokens in .*: ([\d.]+) tokens\/s/m.exec(stdout);
  if (!found) throw new Error(`no rate in what the machine said:\n${stdout}`);
  return { generation: Number(found[1]) };
}

/** By llama.cpp's own clock. */
async function byLinux(
  folder: string,
  machine: readonly string[],
  threads: string,
): Promise<Rates> {
  const args = ['perf', 'run', ...machine, '-n', String(GENERATED), '--threads', threads];
  const { stdout } = await execa(process.execPath, [CLI, ...args, '--profile', 'none', '--json'], {
    cwd: folder,
  });
  const [run] = (JSON.parse(stdout) as { runs: { tokPerS: number }[] }).runs;
  return { generation: run!.tokPerS };
}
