import { execa } from 'execa';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const folder = temporaryFolder();

it('switches the watchdog off before anything else', async () => {
  const applications = ['hello/hello.c', 'firmware/firmware.c'];
  const program = await buildHostProgram(folder.path, 'stop_watchdog', applications);
  const { stdout } = await execa(program);
  expect(stdout.replaceAll('\r', '')).toBe(
    [
      'hello',
      'watchdog: 0 s, 0 bytes',
      'Hello from zosia, under UEFI. Press any key to leave.',
      'waiting for 1',
      'llama2',
      'watchdog: 0 s, 0 bytes',
    ].join('\n'),
  );
});
