import { execa } from 'execa';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const folder = temporaryFolder();

it('computes elementary functions to about a unit in the last place', async () => {
  const program = await buildHostProgram(folder.path, 'measure_math');
  const { stdout } = await execa(program);
  const errors: Record<string, number> = Object.fromEntries(
    stdout.split('\n').map((line) => {
      const [name, error] = line.split(' ');
      return [name!, Number(error)] as const;
    }),
  );
  expect(Object.keys(errors)).toEqual(['exp', 'sin', 'cos', 'pow', 'sqrt', 'exp_all', 'swiglu']);
  for (const name of ['sin', 'cos', 'pow', 'sqrt']) expect(errors[name], name).toBeLessThan(0.51);
  for (const name of ['exp', 'exp_all']) expect(errors[name], name).toBeLessThan(1);
  expect(errors.swiglu).toBeLessThan(2.5); // an exponential, an addition, a division, a product
});
