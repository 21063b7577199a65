import { describe, expect, it } from 'vitest';
import { applyProfile } from '../../../src/cli/options/profile.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

const ARGS = ['--threads', '6', '-b', '256', '-c', '1024'];

describe('--profile', () => {
  it('says how many processors, how long a context, and what llama.cpp is told', async () => {
    expect(await applyProfile({ profile: 'phi35_fast', smp: 6 })).toEqual({
      flags: { profile: 'phi35_fast', smp: 6, ctx: 1024 },
      args: ARGS,
    });
  });

  it('gives way to what is said beside it', async () => {
    const { flags, args } = await applyProfile({ profile: 'phi35_fast', smp: 2, ctx: 99 });
    expect(flags).toMatchObject({ smp: 2, ctx: 99 });
    expect(args).toEqual(['--threads', '2', ...ARGS.slice(2)]);
  });

  it('changes nothing when it is not given', async () => {
    const flags = { ram: 3 };
    expect(await applyProfile(flags)).toEqual({ flags, args: [] });
  });

  it('has to exist', async () => {
    for (const command of ['run', 'up']) {
      const { stderr, exitCode } = await zosia([command, '--profile', 'nope'], {
        cwd: folder.path,
      });
      expect(stderr).toContain('there is no profile "nope"');
      expect(stderr).toContain('phi35_fast');
      expect(exitCode).toBe(1);
    }
  });
});
