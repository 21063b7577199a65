import { existsSync } from 'node:fs';
import { execa } from 'execa';

/** Files of this machine that its network needs. */
const NETWORK = ['/etc/resolv.conf'];

/** Its certificates and settings, which make npm reach the same registry. */
export const NPM_SETTINGS = ['/etc/ssl/certs', '/root/.npmrc'];

/** Runs a program and shows what it prints. Throws unless it ends well. */
export async function mustRun(program: string, args: readonly string[]): Promise<void> {
  console.log(`$ ${[program, ...args].join(' ')}`);
  await execa(program, args, { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' });
}

/**
 * @param root the folder of a system
 * @param directory where in it programs run
 * @param borrowed files and folders of this machine that they see in place of their own
 * @returns runs a program of that system, with devices and processes of its own: nothing is left
 *   mounted, and no process goes on, however it ends
 */
export function enterRoot(
  root: string,
  directory: string,
  borrowed: readonly string[] = [],
): (program: string, ...args: readonly string[]) => Promise<void> {
  const bound = [...NETWORK, ...borrowed].filter((path) => existsSync(path));
  return async (program, ...args) =>
    mustRun('bwrap', [
      ...['--bind', root, '/', '--dev', '/dev', '--proc', '/proc', '--unshare-pid'],
      ...bound.flatMap((path) => ['--ro-bind', path, path]),
      ...['--setenv', 'HOME', '/root', '--setenv', 'PATH', '/usr/sbin:/usr/bin:/sbin:/bin'],
      ...['--setenv', 'DEBIAN_FRONTEND', 'noninteractive'],
      ...['CI', 'ZOSIA_TEST_COMPLETE', 'TMPDIR'].flatMap((name) => ['--unsetenv', name]),
      ...['--die-with-parent', '--chdir', directory, '--', program, ...args],
    ]);
}
