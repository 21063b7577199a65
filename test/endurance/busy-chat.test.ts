import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

/** Without the mend, a question was lost in 4 of 14. */
const MACHINES = 14;

const folder = temporaryFolder();

// A processor of the machine that is to wake llama-cli but does not run leaves it looking as if it still
// waited for a line: the end of the input then ended the chat before the answer.
it('a chat through a pipe answers, although a program keeps a processor busy', async () => {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    for (let machine = 0; machine < MACHINES; machine++) {
      const size = ['--arch', 'aarch64', '--accel', 'tcg', '--smp', '2', '--threads', '2'];
      const wait = machine % 2 === 0 ? 'spin' : 'sleep';
      const { stdout, exitCode } = await zosia(['up', ...size, '--wait', wait, '-n', '8'], {
        cwd: folder.path,
        input: 'Once upon a time there was a lighthouse on a small island in the sea.\n',
      });
      expect(stdout).toContain('Generation: ');
      expect(exitCode).toBe(0);
    }
  } finally {
    busy.kill('SIGKILL');
  }
});
