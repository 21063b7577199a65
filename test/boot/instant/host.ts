import {
  chmod,
  mkdir,
  readFile,
  readdir,
  rename,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { digestFile } from '../../../src/host/digest.js';
import { hostFolders } from '../../../src/host/host-folders.js';
import { defaultPlaces, guestFiles, guestFolder } from '../../../src/recipes/places.js';
import type { GuestFiles } from '../../../src/recipes/places.js';
import { CLI } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { putGuests } from '../support/guests.js';
import { openTerminal } from '../../support/terminal.js';
import type { TerminalSession } from '../../support/terminal.js';

/** What a start of zosia has printed, and how it ended. */
export interface Talk {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** A zosia that was started. */
export interface Started {
  readonly kill: (signal?: NodeJS.Signals) => void;
  /** Waits until all that its console has shown matches. */
  readonly shown: (pattern: RegExp) => Promise<void>;
  /** The exit status, or the signal that it died of. */
  readonly ended: () => Promise<number | string | undefined>;
}

const PATIENCE_MS = 200_000;

/** Waits until something is so, and looks often: some of it is so for milliseconds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await sleep(5);
  }
}

/** Gives a file more bytes at its end. What else is linked to it keeps those that it has. */
export async function appendTo(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, Buffer.concat([await readFile(path), bytes]));
  await chmod(draft, (await stat(path)).mode);
  await rename(draft, path);
}

/** A user whose saved machines are in a cache of their own; downloads are those of the host's. */
export class InstantUser {
  readonly arch: Architecture;
  readonly folder: string;

  /** What runs zosia: nothing unless it is to see other files. */
  runner: readonly string[] = [];

  constructor(arch: Architecture, folder: string) {
    this.arch = arch;
    this.folder = folder;
  }

  get snapshots(): string {
    return join(this.folder, 'cache', 'zosia', 'snapshots');
  }

  get sessions(): string {
    return join(this.folder, 'cache', 'zosia', 'sessions');
  }

  async prepare(): Promise<void> {
    await putGuests(this.folder, [this.arch]);
    await this.prepareCache();
  }

  /** {@link prepare} for one who builds a guest first. */
  async prepareCache(): Promise<void> {
    const cache = join(this.folder, 'cache', 'zosia');
    await mkdir(cache, { recursive: true });
    const ofHost = hostFolders(process.env).cacheDirectory;
    for (const shared of ['packages', 'guests']) {
      await symlink(join(ofHost, shared), join(cache, shared));
    }
  }

  /** What it boots from. */
  get guest(): GuestFiles {
    return guestFiles(guestFolder(defaultPlaces(this.folder), this.arch), this.arch);
  }

  /** The command for a chat. */
  command(args: readonly string[] = [], model = EMBEDDED_MODEL): [string, ...string[]] {
    return this.#zosia(['up', model], args);
  }

  #zosia(command: readonly string[], args: readonly string[]): [string, ...string[]] {
    const fixed = ['--arch', this.arch, '--accel', 'tcg', '--smp', '1'];
    const [program, ...rest] = [...this.runner, process.execPath];
    return [program, ...rest, CLI, ...command, ...fixed, ...args];
  }

  /** Says something through a pipe. @param env has more variables for it */
  async ask(
    text: string,
    args: readonly string[] = ['--temp', '0'],
    model?: string,
    env?: Readonly<Record<string, string>>,
  ): Promise<Talk> {
    return this.#say(text, this.command(args, model), env);
  }

  /** {@link ask} of the machine that was booted before, with its files as they are now. */
  async askAsIs(text: string, args: readonly string[] = ['--temp', '0']): Promise<Talk> {
    return this.#say(text, this.#zosia(['run'], args));
  }

  async #say(
    text: string,
    [program, ...rest]: [string, ...string[]],
    env?: Readonly<Record<string, string>>,
  ): Promise<Talk> {
    const { stdout, stderr, exitCode } = await execa(program, rest, {
      cwd: this.folder,
      env: { XDG_CACHE_HOME: join(this.folder, 'cache'), ...env },
      input: `${text}\n`,
      reject: false,
    });
    return { stdout, stderr, exitCode };
  }

  /**
   * Starts what {@link ask} does, to be killed.
   *
   * @param input what it says; the pipe stays open unless given
   */
  start(args: readonly string[] = ['--temp', '0'], input?: string): Started {
    const [program, ...rest] = this.command(args);
    const child = execa(program, rest, {
      cwd: this.folder,
      env: { XDG_CACHE_HOME: join(this.folder, 'cache') },
      ...(input === undefined ? {} : { input: `${input}\n` }),
      reject: false,
    });
    let shown = '';
    child.stdout.on('data', (bytes: Buffer) => (shown += bytes.toString()));
    return {
      kill: (signal = 'SIGKILL') => void child.kill(signal),
      shown: (pattern) => until(() => pattern.test(shown.replaceAll('\r', ''))),
      ended: async () => {
        const { exitCode, signal } = await child;
        return exitCode ?? signal;
      },
    };
  }

  /** Starts a chat on a terminal. */
  open(
    args: readonly string[] = ['--temp', '0'],
    window: { readonly rows?: number; readonly columns?: number } = {},
  ): TerminalSession {
    const cache = `XDG_CACHE_HOME=${join(this.folder, 'cache')}`;
    return openTerminal('/usr/bin/env', [cache, ...this.command(args)], {
      cwd: this.folder,
      ...window,
    });
  }

  /** What lies of a session: its states, and whatever is temporary. */
  async session(name: string): Promise<string[]> {
    const names = await readdir(join(this.sessions, name)).catch(() => []);
    return names.sort();
  }

  /** What lies among the saved machines: keys, and whatever is temporary. */
  async saved(): Promise<string[]> {
    const names = await readdir(this.snapshots).catch(() => []);
    return names.sort();
  }

  /** The digests of the saved machines' memory. */
  async ramDigests(): Promise<string[]> {
    const paths = (await this.saved()).map((key) => join(this.snapshots, key, 'ram'));
    return Promise.all(paths.map(async (path) => digestFile(path, (await stat(path)).size)));
  }

  /** Waits until no machine runs; no file of the saved ones carries the name of a process then. */
  async expectNothingLeft(): Promise<void> {
    await until(async () => (await this.machines()).length === 0);
    const names = await readdir(this.snapshots, { recursive: true }).catch(() => []);
    expect(names.filter((name) => name.includes('.zosia-'))).toEqual([]);
  }

  /** The arguments of each QEMU that runs with a saved machine's RAM, or one that is to be saved. */
  async machines(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const args = await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '');
      if (args.includes('qemu-system') && args.includes(this.folder)) found.push(args);
    }
    return found;
  }
}

/** The part of a chat that is the model's: without figures, which differ from time to time. */
export const answersOf = (stdout: string): string =>
  stdout
    .slice(stdout.indexOf('\n> '))
    .replace(/\[ Prompt:.*\]/g, '')
    .replace(/\r/g, '');
