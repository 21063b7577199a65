import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Architecture } from '../../src/artifacts/architectures.js';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import { planFat } from '../../src/formats/fat/plan.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import {
  resolveEfiMachine,
  resolveLinuxMachine,
  runEfi,
  runInteractive,
} from '../../src/machine/machine.js';
import { fatEntry, readEfiDiskFiles } from '../../src/recipes/efi/entries.js';
import { readEfiModel } from '../../src/recipes/efi/model.js';
import { formatSettings } from '../../src/formats/llama2c/settings/file.js';
import { readKernelPackage } from '../../src/recipes/kernel-package.js';
import { preparePeer } from './peer.js';
import { HOST } from '../../test/support/host.js';

/** Room for the model twice: the kernel unpacks it from the initramfs. */
const RAM_MIB = 512;
/** Nothing of the user's settings. */

export interface Job {
  readonly arch: Architecture;
  readonly folder: string;
  readonly model: { readonly checkpoint: string; readonly tokenizer: string };
  readonly tokenCount: number;
}

export interface Generated {
  readonly tokensPerSecond: number;
  /** Of the checkpoint from the disk, where it is loaded from one. */
  readonly loadSeconds: number | undefined;
  /** Those that took part: what the firmware offers, where it has the say. */
  readonly processorCount: number;
  /** The text without blanks and line ends, which consoles change. */
  readonly text: string;
}

/** Something that boots, generates and powers off. */
export interface Contestant {
  readonly name: string;
  readonly run: () => Promise<Generated>;
}

/** The settings of both: the likeliest token each time, and a clean end. */
const settingsOf = ({ tokenCount }: Job) => ({ steps: tokenCount + 1, temp: 0, poweroff: true });

/** The peer: the Linux guest's kernel, and a process 1 that generates. */
export async function prepareLinux(job: Job): Promise<Contestant> {
  const { arch, folder, model } = job;
  const [checkpoint, tokenizer] = await Promise.all([
    readFile(model.checkpoint),
    readFile(model.tokenizer),
  ]);
  const settings = formatSettings({ ...settingsOf(job), model: 'model', tokenizer: 'tokenizer' });
  const initrd = join(folder, `${arch}-initrd`);
  await writeRaw(await preparePeer(arch, { checkpoint, tokenizer, settings }, folder), initrd);
  const kernel = await writeKernel(job);
  const machine = await resolveLinuxMachine(
    { arch, cpus: 1, ramMiB: RAM_MIB, defaults: { kernel, initrd } },
    HOST,
  );
  return {
    name: 'Linux, plain C',
    run: async () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      stdin.end();
      const shown: Buffer[] = [];
      stdout.on('data', (bytes: Buffer) => shown.push(bytes));
      await runInteractive(machine, { stdin, stdout, stderr: process.stderr });
      return readConsole(shown);
    },
  };
}

async function writeKernel({ arch, folder }: Job): Promise<string> {
  const [kernelPackage] = await fetchComponents({
    arch,
    components: ['kernel'],
    cacheDir: HOST.cacheDirectory,
  });
  const path = join(folder, `${arch}-kernel`);
  await writeFile(path, (await readKernelPackage(kernelPackage!.path)).kernel);
  return path;
}

/**
 * The application, on as many processors as given. It shows the text twice: the firmware's console does not
 * have all of its characters.
 */
export async function prepareEfi(
  job: Job,
  processorCounts: readonly number[],
): Promise<Contestant[]> {
  const { arch, folder, model } = job;
  const disk = join(folder, `${arch}.img`);
  const efiModel = await readEfiModel(model.checkpoint, model.tokenizer);
  const files = await readEfiDiskFiles(efiModel, {
    archs: [arch],
    settings: { ...settingsOf(job), answer: 'serial' },
  });
  await writeRaw(planFat(files.map(fatEntry), { esp: true }), disk);
  return processorCounts.map((count) => ({
    name: `EFI, -smp ${count}`,
    run: async () => {
      const machine = await resolveEfiMachine({ arch, disk, cpus: count, ramMiB: RAM_MIB }, HOST);
      const [shown, answer]: [Uint8Array[], Uint8Array[]] = [[], []];
      await runEfi(machine, {
        onConsole: (bytes) => void shown.push(bytes),
        onAnswer: (bytes) => void answer.push(bytes),
      });
      return { ...readConsole(shown), text: blankless(Buffer.concat(answer).toString('utf8')) };
    },
  }));
}

/** What both end with, and what the application says when it has loaded the model. */
const SPEED = /^\d+ tokens in [\d.]+ s: ([\d.]+) tokens\/s/m;
const LOADED = /Loading .* MiB in ([\d.]+) s/;
const PROCESSORS = /^Weights: .*; (\d+) processors?,/m;
const TEXT = /^Generating\b.*$([^]*)^\d+ tokens in/m;
const CONTROL_SEQUENCE = /\p{Cc}\[[0-9;=]*[A-Za-z]/gu;

const blankless = (text: string): string => text.replace(/\s/g, '');

function readConsole(shown: readonly Uint8Array[]): Generated {
  const console = Buffer.concat(shown).toString('utf8');
  const plain = console.replace(CONTROL_SEQUENCE, '').replaceAll('\r\n', '\n');
  const speed = SPEED.exec(plain)?.[1];
  const text = TEXT.exec(plain)?.[1];
  if (speed === undefined || text === undefined) throw new Error(`no text came:\n${console}`);
  const loadSeconds = LOADED.exec(plain)?.[1];
  return {
    tokensPerSecond: Number(speed),
    loadSeconds: loadSeconds === undefined ? undefined : Number(loadSeconds),
    processorCount: Number(PROCESSORS.exec(plain)?.[1] ?? 1),
    text: blankless(text),
  };
}
