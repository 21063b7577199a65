import { execa } from 'execa';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();

const E2H = (1n << 34n).toString(16);

it('lets a processor for aarch64 touch its vectors at each level, and leaves other traps alone', async () => {
  const program = await buildWatchedProgram(folder.path, 'open_vectors', [], 'memory');
  const becomes = async (...args: string[]) => (await execa(program, args)).stdout;
  // CurrentEL has the level in its bits 2 and 3.
  expect(await becomes('4', '0')).toBe('EL1 300000');
  expect(await becomes('4', '10030000')).toBe('EL1 10330000');
  expect(await becomes('8', '33ff')).toBe('EL2 33ff');
  expect(await becomes('8', '37ff')).toBe('EL2 33ff');
  expect(await becomes('8', '10000400', E2H)).toBe('EL2 10300400');
});

it('knows which products a processor for aarch64 has instructions for', async () => {
  const program = await buildWatchedProgram(folder.path, 'open_vectors', [], 'memory');
  const has = async (...registers: string[]) =>
    (await execa(program, ['has', ...registers])).stdout;
  // Cortex-A72; Neoverse N1; and one with I8MM, beside BF16 and others.
  expect(await has('11120', '0')).toBe('0 0');
  expect(await has('100010211120', '100001')).toBe('1 0');
  expect(await has('100010211120', '11011000100001')).toBe('1 1');
});
