import { mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { hostFolders } from '../../../src/host/host-folders.js';
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

/** A user whose saved machines are in a cache of their own; downloads are those of the host's. */
export class InstantUser {
  readonly arch: Architecture;
  readonly folder: string;

  constructor(arch: Architecture, folder: string) {
    this.arch = arch;
    this.folder = folder;
  }

  get snapshots(): string {
    return join(this.folder, 'cache', 'zosia', 'snapshots');
  }

  async prepare(): Promise<void> {
    await putGuests(this.folder, [this.arch]);
    const cache = join(this.folder, 'cache', 'zosia');
    await mkdir(cache, { recursive: true });
    const ofHost = hostFolders(process.env).cacheDirectory;
    for (const shared of ['packages', 'guests']) {
      await symlink(join(ofHost, shared), join(cache, shared));
    }
  }

  /** The command for a chat. */
  command(args: readonly string[] = [], model = EMBEDDED_MODEL): [string, ...string[]] {
    const fixed = ['--arch', this.arch, '--accel', 'tcg', '--smp', '1'];
    return [process.execPath, CLI, 'up', model, ...fixed, ...args];
  }

  /** Says something through a pipe. */
  async ask(
    text: string,
    args: readonly string[] = ['--temp', '0'],
    model?: string,
  ): Promise<Talk> {
    const [program, ...rest] = this.command(args, model);
    const { stdout, stderr, exitCode } = await execa(program, rest, {
      cwd: this.folder,
      env: { XDG_CACHE_HOME: join(this.folder, 'cache') },
      input: `${text}\n`,
      reject: false,
    });
    return { stdout, stderr, exitCode };
  }

  /** Starts what {@link ask} does, to be killed. */
  start(): { kill(): void } {
    const [program, ...rest] = this.command(['--temp', '0']);
    const child = execa(program, rest, {
      cwd: this.folder,
      env: { XDG_CACHE_HOME: join(this.folder, 'cache') },
      input: 'What is zosia?\n',
      reject: false,
    });
    return { kill: () => void child.kill('SIGKILL') };
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

  /** What lies among the saved machines: keys, and whatever is temporary. */
  async saved(): Promise<string[]> {
    const names = await readdir(this.snapshots).catch(() => []);
    return names.sort();
  }

  /** All files of the saved machines that carry the name of a process. */
  async leftovers(): Promise<string[]> {
    const names = await readdir(this.snapshots, { recursive: true }).catch(() => []);
    return names.filter((name) => name.includes('.zosia-'));
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
