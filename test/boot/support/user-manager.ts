import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';

/** How long a manager may take until it runs, in ms. */
const START_MS = 30_000;
const LOOK_MS = 100;

/**
 * systemd takes a host without this folder for one that another init has started. It is made for the manager and its
 * clients alone, in a file system that only they see.
 */
const START = `
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system &&
exec "$(command -v /usr/lib/systemd/systemd || command -v /lib/systemd/systemd)" --user`;

/** A service manager of its own, as each user of a host with systemd has one. */
export interface UserManager extends AsyncDisposable {
  /** Runs a program as a user of this manager does. */
  readonly run: (
    command: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<{ stdout: string; stderr: string; exitCode?: number }>;
}

/**
 * Starts one.
 *
 * @param home of its user; settings are in `config` there
 * @returns undefined where this host lets none run: it takes root, and a control group that it may write to
 */
export async function startUserManager(home: string): Promise<UserManager | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  // Names of sockets are short.
  const root = await mkdtemp(join(tmpdir(), 'zosia-'));
  const config = join(home, 'config');
  await mkdir(config, { recursive: true });
  const own = { HOME: home, XDG_CONFIG_HOME: config, XDG_RUNTIME_DIR: root };
  const manager = execa('unshare', ['--mount', 'sh', '-c', START], {
    env: own,
    stdio: 'ignore',
    reject: false,
  });
  const run: UserManager['run'] = (command, env = {}) =>
    execa(
      'nsenter',
      [
        ...['--mount', `--target=${manager.pid!}`],
        ...['sh', '-c', 'cd "$0" && exec "$@"', home, ...command],
      ],
      { env: { ...env, ...own }, reject: false },
    );
  const close = async (): Promise<void> => {
    await run(['systemctl', '--user', 'exit']);
    await manager;
    await rm(root, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_MS;
  for (;;) {
    const { stdout } = await run(['systemctl', '--user', 'is-system-running']);
    if (/^(running|degraded)$/.test(stdout)) return { run, [Symbol.asyncDispose]: close };
    if (manager.exitCode !== null || Date.now() > deadline) break;
    await delay(LOOK_MS);
  }
  manager.kill('SIGKILL');
  await close();
  return undefined;
}
