import { constants } from 'node:fs';
import { access, readFile, readdir } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Architecture } from '../artifacts/architectures.js';
import { systemErrorCode } from '../errors.js';
import { isTranslated } from '../machine/qemu/macos.js';
import { isFile } from '../host/host-file.js';
import { isExecutable } from '../host/programs.js';
import type { HostFolders } from '../host/host-folders.js';
import type { AcceleratorVerdict } from '../machine/qemu/host-spec.js';
import type { RestoreVerdict } from '../machine/snapshot/restore-verdict.js';
import { MIB } from '../image/units.js';

export interface CommandResult {
  readonly exitCode: number | undefined;
  /** The last lines of what it wrote. */
  readonly tail: readonly string[];
}

/** All that the doctor asks of a host, in one place so that any host can be played in a test. */
export interface DoctorHost {
  readonly platform: NodeJS.Platform;
  /** Node's name of the processor that this process is made for. */
  readonly nodeArch: string;
  readonly folders: HostFolders;
  readonly userId: number | undefined;
  /** Whether a process for Intel runs on Apple silicon, under Rosetta. */
  isTranslated(): Promise<boolean>;
  isExecutable(path: string): Promise<boolean>;
  isFile(path: string): Promise<boolean>;
  /** The code of the error that opening a file for reading and writing gives, or undefined. */
  openError(path: string): Promise<string | undefined>;
  /** What a run of something in the accelerator has shown for guests of an architecture, if it was tried. */
  acceleratorVerdict(arch: Architecture): Promise<AcceleratorVerdict | undefined>;
  /** What saving and restoring a machine of an architecture has shown, if it was tried. */
  restoreVerdict(arch: Architecture): Promise<RestoreVerdict | undefined>;
  /** Memory that can be given without swapping. */
  freeMemoryMiB(): Promise<number>;
  /** The text of a file, or an empty one if it cannot be read. */
  readText(path: string): Promise<string>;
  /** The names in a folder, or none if it cannot be read. */
  list(path: string): Promise<string[]>;
  /** Runs a command to its end; each line that it writes goes to `log`. */
  run(
    argv: readonly [string, ...string[]],
    log: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<CommandResult>;
}

const TAIL_LINES = 5;

/** Asked once: it does not change. */
let translated: Promise<boolean> | undefined;

/** The host that zosia runs on. */
export const thisHost = (folders: HostFolders): DoctorHost => ({
  platform: process.platform,
  nodeArch: process.arch,
  folders,
  userId: process.getuid?.(),

  isTranslated: () => (translated ??= isTranslated()),

  isExecutable,

  isFile,

  async openError(path) {
    try {
      await access(path, constants.R_OK | constants.W_OK);
      return undefined;
    } catch (error) {
      return systemErrorCode(error) ?? 'unknown';
    }
  },

  async acceleratorVerdict(arch) {
    const { keptVerdict } = await import('../machine/accelerator/accelerator.js');
    return keptVerdict(arch, folders);
  },

  async restoreVerdict(arch) {
    const { keptRestore } = await import('../machine/snapshot/kept-restore.js');
    return keptRestore(arch, folders);
  },

  async freeMemoryMiB() {
    // On Linux Node counts what can be reclaimed as free; on macOS it does not.
    if (process.platform !== 'darwin') return Math.floor(freemem() / MIB);
    const { hostFreeMiB } = await import('../machine/qemu/memory.js');
    return hostFreeMiB();
  },

  readText: (path) => readFile(path, 'utf8').catch(() => ''),

  list: (path) => readdir(path).catch(() => []),

  async run([program, ...args], log, signal) {
    // Loaded when needed: most of the time nothing is run.
    const { execa } = await import('execa');
    const child = execa(program, args, {
      all: true,
      reject: false,
      stdin: 'ignore',
      buffer: false,
      ...(signal && { cancelSignal: signal }),
    });
    const tail: string[] = [];
    for await (const text of child.iterable({ from: 'all' })) {
      // Of a line that is written over, as dpkg does to show progress, only the end is worth it.
      const line = text.slice(text.lastIndexOf('\r') + 1);
      log(line);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
    }
    const { exitCode, originalMessage } = await child;
    signal?.throwIfAborted();
    if (tail.length === 0 && originalMessage !== undefined) tail.push(originalMessage);
    return { exitCode, tail };
  },
});
