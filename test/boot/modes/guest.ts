import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { concatenateArchives } from '../../../src/formats/cpio/concatenate.js';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../../src/formats/cpio/writer.js';
import { makeImage } from '../../../src/image/image.js';
import { bootedFiles, defaultPlaces } from '../../../src/recipes/places.js';
import type { KernelKind } from '../../../src/recipes/places.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import {
  findQemu,
  resolveLinuxMachine,
  runInteractive,
  withRunInitrd,
} from '../../../src/machine/machine.js';
import type { RunRequest } from '../../../src/machine/machine.js';
import { shellWord } from '../../../src/shell-word.js';
import { putGuests } from '../support/guests.js';
import { HOST } from '../../support/host.js';

/** Only against hanging; some guests answer dozens of requests. */
const TIMEOUT_MS = 900_000;

export const CPUS = 2;
export const RAM_MIB = 320;

export interface Guest {
  readonly arch: Architecture;
  readonly kernel: string;
  readonly initrd: string;
}

export interface Boot {
  /** The boot flags. */
  readonly flags: string;
  readonly disk?: string;
  /** Files that cover those of the initramfs. */
  readonly overlay?: readonly CpioEntry[];
  readonly request?: RunRequest;
  /** A raw disk beside the other, which comes first. */
  readonly secondDisk?: string;
}

export interface Booted {
  /** What was on the console, line by line. */
  readonly lines: readonly string[];
  readonly exitStatus: number;
}

/** Puts guests into a folder. @returns the one with this kernel */
export async function guestFiles(
  arch: Architecture,
  folder: string,
  kernel: KernelKind = 'zosia',
): Promise<Guest> {
  await putGuests(folder, [arch]);
  return { arch, ...bootedFiles(defaultPlaces(folder), arch, { kernel }) };
}

/** Boots a guest and waits until it has switched itself off. */
export async function boot(guest: Guest, options: Boot): Promise<Booted> {
  const { flags, disk, overlay, request, secondDisk } = options;
  const programs = secondDisk === undefined ? [] : [await qemuWithDisk(guest, secondDisk)];
  const base = overlay ? await withOverlay(guest.initrd, overlay) : guest.initrd;
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const printed: Buffer[] = [];
  stdin.end();
  stdout.on('data', (bytes: Buffer) => printed.push(bytes));
  const { exitStatus } = await withRunInitrd(
    { initrd: base },
    request ?? { args: [] },
    async (initrd) => {
      const machine = await resolveLinuxMachine(
        {
          arch: guest.arch,
          accel: 'tcg',
          ramMiB: RAM_MIB,
          cpus: CPUS,
          append: flags,
          ...(disk === undefined ? {} : { disk }),
          defaults: { kernel: guest.kernel, initrd },
        },
        { ...HOST, searchPath: [...programs, ...HOST.searchPath] },
      );
      return runInteractive(
        machine,
        { stdin, stdout, stderr: new PassThrough() },
        { signal: AbortSignal.timeout(TIMEOUT_MS) },
      );
    },
  );
  const lines = Buffer.concat(printed).toString('utf8').split('\r\n');
  expect(lines.slice(-3)).toEqual(['zosia: shutting down', `zosia: exit status=${exitStatus}`, '']);
  return { lines, exitStatus };
}

/** Puts a QEMU that adds a disk to every machine into a folder of its own. @returns the folder */
async function qemuWithDisk({ arch, kernel }: Guest, disk: string): Promise<string> {
  const folder = join(dirname(kernel), 'qemu-with-disk');
  await mkdir(folder, { recursive: true });
  const { path } = await findQemu(arch, HOST.searchPath);
  const drive = `file=${disk.replaceAll(',', ',,')},format=raw,if=none,id=second,readonly=on`;
  await writeFile(
    join(folder, basename(path)),
    `#!/bin/sh\nexec ${shellWord(path)} "$@" -drive ${shellWord(drive)} -device virtio-blk-pci,drive=second\n`,
    { mode: 0o755 },
  );
  return folder;
}

let overlays = 0;

/** Covers files of an initramfs, in a file beside it. @returns its path */
export async function withOverlay(path: string, entries: readonly CpioEntry[]): Promise<string> {
  const { size } = await stat(path);
  const base = makeImage(size, [
    { offset: 0, length: size, source: { kind: 'file', path, offset: 0 } },
  ]);
  const out = `${path}.${overlays++}`;
  await writeRaw(concatenateArchives([base, planCpio(entries)]), out);
  return out;
}
