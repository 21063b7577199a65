import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../../bench/ext4.ts', import.meta.url));

it('bench/ext4.ts refuses what it does not know, names the choices, and measures nothing', async () => {
  const args = ['--import', 'tsx', BENCH, '--only', 'spares'];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, { reject: false });
  expect(exitCode).toBe(2);
  expect(stderr).toBe("error: --only is raw or sparse, not 'spares'");
  expect(stdout).toBe('');
});
