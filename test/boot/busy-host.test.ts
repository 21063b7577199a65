import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';
import { qemuChildOf } from './support/qemu-child.js';

/** As long as QEMU gets and is denied the host's processors in turn; most panics were seen with these. */
const RUN_MS = 4;
const STOP_MS = 60;
const STARVED_MS = 20_000;

/** Lets a process run for a sixteenth of the time, until it has ended or the time is over. */
async function starve(id: number, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + STARVED_MS; Date.now() < end && !hasEnded();) {
    process.kill(id, 'SIGSTOP');
    await sleep(STOP_MS);
    process.kill(id, 'SIGCONT');
    await sleep(RUN_MS);
  }
}

describe('on a host that is busy with other things', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await putGuests(folder.path, ['x86_64']);
  });

  it('boots a machine, however slowly', async () => {
    const args = ['run', '--arch', 'x86_64', '--accel', 'tcg', '--smp', '1', '--ci'];
    const zosia = execa(process.execPath, [CLI, ...args], { cwd: folder.path, reject: false });
    let ended = false;
    void zosia.finally(() => (ended = true));
    const qemu = await qemuChildOf(zosia.pid!, () => ended);
    expect(qemu).toBeDefined();
    await starve(qemu!, () => ended).catch((error: unknown) => {
      // It may end between two looks.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    });
    const { stdout, stderr, exitCode } = await zosia;
    expect(stderr).not.toMatch(/^(error|hint):/m);
    expect(stdout).toMatch(/^zosia: ci passed\r?$/m);
    expect(exitCode).toBe(0);
  });
});
