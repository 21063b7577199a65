import { stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const run = (...args: string[]): ReturnType<typeof zosia> =>
  zosia(args, { cwd: folder.path, env: { XDG_CONFIG_HOME: folder.file('settings') } });

describe('zosia worker key', () => {
  it('tells the same fingerprint each time, of a key that its owner alone may read', async () => {
    const made = JSON.parse((await run('worker', 'key', '--json')).stdout) as {
      fingerprint: string;
      path: string;
      isNew: boolean;
    };
    expect(made.fingerprint).toMatch(/^sha256:[\w-]{43}$/);
    expect(made.isNew).toBe(true);
    expect((await stat(made.path)).mode & 0o777).toBe(0o600);
    expect((await run('worker', 'key')).stdout).toBe(`${made.fingerprint}\n`);
  });
});

describe('zosia worker', () => {
  it.each([
    [['--listen', 'somewhere:many'], 2, /--listen/],
    [['--listen', '0.0.0.0:50052'], 2, /other hosts can reach "0\.0\.0\.0"/],
    [['--allow', '10.0.0.0/8'], 2, /--peers/],
    [['--peers', 'nobody'], 1, /nobody/],
  ])('refuses %j before anything is started', async (args, status, reason) => {
    const { exitCode, stderr } = await run('worker', ...args);
    expect(exitCode, stderr).toBe(status);
    expect(stderr).toMatch(reason);
  });

  it('is no peer of a file that has something else in it', async () => {
    await writeFile(folder.file('peers'), '# nobody yet\nsha256:short\n');
    const { exitCode, stderr } = await run('worker', '--peers', 'peers');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/peers, line 2/);
  });
});

describe('zosia plan', () => {
  it('tells who would hold what, and whether it fits', async () => {
    const { stdout, exitCode } = await run('plan', EMBEDDED_MODEL, '--workers', 'a=1GiB,b=2GiB');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^this host +input /m);
    expect(stdout).toMatch(/^a +blocks 0-\d/m);
    expect(stdout).toMatch(/^b +blocks \d-\d, output .* fits$/m);
  });

  it('fails where it does not fit', async () => {
    const tight = await run('plan', EMBEDDED_MODEL, '--workers', 'a=64MiB');
    expect(tight.exitCode).toBe(1);
    expect(tight.stdout).toMatch(/^a .* does not fit$/m);
    const up = await run('up', '--workers', '127.0.0.1=64MiB', '--prompt', 'x', '--dry-run');
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toMatch(/does not fit: 127\.0\.0\.1 needs \d+ MiB and has 64/);
  });
});
