import { once } from 'node:events';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';

/** Namespaces in which every user may mount something. */
const NAMESPACES = ['--user', '--mount'];

/** A small disk over a folder, which only what is run in its namespaces sees there. */
export class SmallDisk {
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /** Whether this host lets its users have such. */
  static async isPossible(): Promise<boolean> {
    const args = [...NAMESPACES, '--map-root-user', 'true'];
    return !(await execa('unshare', args, { reject: false })).failed;
  }

  static async mount(folder: string, mib: number): Promise<SmallDisk> {
    const mounts = `mount -t tmpfs -o size=${mib}m tmpfs "$1" && echo mounted && exec cat`;
    const args = [...NAMESPACES, '--map-root-user', '/bin/sh', '-c', mounts, 'sh', folder];
    const holder = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    return new SmallDisk(holder, folder);
  }

  /** What runs a program that sees it. @param cwd where the program is run */
  runner(cwd: string): string[] {
    const target = ['--target', String(this.#holder.pid)];
    return ['nsenter', ...target, ...NAMESPACES, '--preserve-credentials', `--wd=${cwd}`, '--'];
  }

  /** Where the rest of the host finds it. */
  get path(): string {
    return join('/proc', String(this.#holder.pid), 'root', this.#folder);
  }

  unmount(): void {
    this.#holder.stdin?.end();
  }
}
