import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { LinuxFlags } from '../../../src/cli/options/linux.js';
import { applyProfile } from '../../../src/cli/options/profile.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

const ARGS = ['--threads', '6', '-b', '256', '-c', '1024'];

describe('--profile', () => {
  it('sets the processors, the context and the arguments of llama.cpp', async () => {
    expect(await applyProfile({ profile: 'phi35_fast', smp: 6 })).toEqual({
      flags: { profile: 'phi35_fast', smp: 6, ctx: 1024 },
      args: ARGS,
    });
  });

  it('is overridden by other options of the command line', async () => {
    const { flags, args } = await applyProfile({ profile: 'phi35_fast', smp: 2, ctx: 99 });
    expect(flags).toMatchObject({ smp: 2, ctx: 99 });
    expect(args).toEqual(['--threads', '2', ...ARGS.slice(2)]);
  });

  it('is looked up in the given file', async () => {
    const profiles = folder.file('mine.json');
    await writeFile(profiles, '{"profiles": {"mine": {"wait": "spin", "llamaArgs": ["-b", "8"]}}}');
    const { flags, args } = await applyProfile<LinuxFlags>({ profile: 'mine', profiles });
    expect(args).toEqual(['-b', '8']);
    expect(flags.wait).toBe('spin');
    const asked = await applyProfile({ profile: 'mine', profiles, wait: 'sleep' });
    expect(asked.flags.wait).toBe('sleep');
    const { stderr, exitCode } = await zosia(['run', '--profiles', profiles]);
    expect(stderr).toContain("option '--profiles' is for --profile");
    expect(exitCode).toBe(2);
  });

  it('changes nothing when it is not given', async () => {
    const flags = { ram: 3 };
    expect(await applyProfile(flags)).toEqual({ flags, args: [] });
  });

  it('rejects a profile that does not exist', async () => {
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
