import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  BUILT_IN_PROFILES,
  checkProfileName,
  fitProfile,
  parseProfiles,
} from '../../src/perf/profile.js';
import { loadProfile, saveProfile } from '../../src/perf/profiles-file.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const inFile = (profile: unknown): string => JSON.stringify({ profiles: { mine: profile } });

describe('built-in profiles', () => {
  it('are those of the original scripts', async () => {
    expect(await loadProfile('phi35_fast')).toEqual({
      cpus: 6,
      threads: 6,
      tokens: 128,
      llamaArgs: ['-b', '256', '-c', '1024'],
    });
    expect(await loadProfile('none')).toEqual({ llamaArgs: [] });
  });
});

describe('a file of profiles', () => {
  it('returns the profiles that were written to it', () => {
    const profile = { cpus: 8, threads: 7, batchThreads: 8, tokens: 32, llamaArgs: ['-b', '1'] };
    const spun = { ...profile, wait: 'spin' };
    expect(parseProfiles(inFile(spun), 'f').get('mine')).toEqual(spun);
    expect(parseProfiles(inFile(profile), 'f').get('mine')).toEqual(profile);
    expect(parseProfiles(inFile({}), 'f').get('mine')).toEqual({ llamaArgs: [] });
    expect(parseProfiles('\ufeff{"profiles":{}}', 'f').size).toBe(0);
  });

  it.each([
    ['{', /^f: it is not JSON/],
    ['[]', /^f: it is a list, not an object/],
    ['{}', /^f: it lacks "profiles"/],
    ['{"profiles": {}, "more": 1}', /^f: it has an unknown member "more"/],
    ['{"profiles": 1}', /^f: profiles is 1, not an object/],
    [inFile(null), /^f: profiles\.mine is null, not an object/],
    [inFile({ thread: 1 }), /^f: profiles\.mine has an unknown member "thread"/],
    [
      inFile({ threads: 'six' }),
      /^f: profiles\.mine\.threads is "six", not a whole number from 1 to 512$/,
    ],
    [inFile({ threads: 0 }), /threads/],
    [inFile({ cpus: 1.5 }), /cpus/],
    [inFile({ wait: 'doze' }), /^f: profiles\.mine\.wait is "doze", not "sleep" or "spin"/],
    [inFile({ tokens: 1_000_001 }), /from 1 to 1000000/],
    [inFile({ llamaArgs: '-b' }), /^f: profiles\.mine\.llamaArgs is "-b", not a list/],
    [inFile({ llamaArgs: [1] }), /llamaArgs\[0\] is 1, not text/],
    [inFile({ llamaArgs: ['a b'] }), /^f: profiles\.mine\.llamaArgs: "a b"/],
    ['{"profiles": {"phi35_fast": {}}}', /^f: the profile phi35_fast is built in/],
    ['{"profiles": {"two words": {}}}', /^f: "two words" cannot be the name/],
    ['{"profiles": {"__proto__": {}}}', /^f: "__proto__" cannot be the name/],
    ['{"profiles": {"constructor": 1}}', /^f: profiles\.constructor is 1, not an object/],
  ])('is rejected for %j', (text, message) => {
    expect(() => parseProfiles(text, 'f')).toThrow(message);
  });
});

describe('the name of a profile', () => {
  it.each([
    ['a b', /^--save-profile: "a b" cannot be/, /letters A to Z and a to z, digits, and \. _ -/],
    ['-a', /cannot be the name/, /a letter or digit first/],
    ['x'.repeat(65), /cannot be the name/, /up to 64/],
    ['none', /the profile none is built in/, /that is not none or phi35_fast/],
  ])('is rejected for %j, with a hint', (name, message, hint) => {
    const check = (): void => {
      checkProfileName(name, '--save-profile');
    };
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) }));
  });

  it.each(['a', '7b_q4.K-M', 'x'.repeat(64)])('is accepted for %s', (name) => {
    expect(() => {
      checkProfileName(name, '--save-profile');
    }).not.toThrow();
  });
});

describe("the user's profiles", () => {
  const folder = temporaryFolder();

  it('are saved, replaced, and found by name', async () => {
    await mkdir(folder.file('own'));
    const path = folder.file('own/mine.json');
    const fast = { cpus: 4, threads: 3, tokens: 64, llamaArgs: ['--poll', '0'] };
    await saveProfile('slow', { llamaArgs: [] }, path);
    await saveProfile('fast', { threads: 1, llamaArgs: [] }, path);
    await saveProfile('fast', fast, path);
    expect(await loadProfile('fast', path)).toEqual(fast);
    expect(await loadProfile('slow', path)).toEqual({ llamaArgs: [] });
    expect(await readdir(folder.file('own'))).toEqual(['mine.json']);
    // Sorted, so that the file does not depend on the order in which they were saved.
    expect((await readFile(path, 'utf8')).indexOf('fast')).toBeLessThan(
      (await readFile(path, 'utf8')).indexOf('slow'),
    );
  });

  it('are listed in the error for an unknown name', async () => {
    const path = folder.file('few.json');
    await writeFile(path, inFile({}));
    await expect(loadProfile('other', path)).rejects.toThrow(zosiaError('ZOSIA_PERF_NO_PROFILE'));
    await expect(loadProfile('other', path)).rejects.toMatchObject({
      hint: expect.stringContaining('mine, none, phi35_fast'),
    });
    await expect(loadProfile('other', folder.file('none.json'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
    await expect(loadProfile('other', folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_FILE_UNREADABLE'),
    );
  });

  it.each([
    ['missing.json', undefined, /there is no file of profiles at/],
    ['broken.json', '{"profiles": ', /it is not JSON/],
    ['replacing.json', '{"profiles": {"none": {}}}', /the profile none is built in/],
  ])(
    'are read even for a built-in name when their file is given: %s',
    async (name, text, message) => {
      const path = folder.file(name);
      if (text !== undefined) await writeFile(path, text);
      await expect(loadProfile('none', path)).rejects.toThrow(message);
    },
  );

  it('do not change the built-in ones', async () => {
    const path = folder.file('whole.json');
    await writeFile(path, inFile({ threads: 3 }));
    expect(await loadProfile('none', path)).toEqual({ llamaArgs: [] });
  });

  it('replace neither a damaged file nor a built-in profile', async () => {
    const path = folder.file('damaged.json');
    await writeFile(path, '{"profiles": ');
    await expect(saveProfile('mine', { llamaArgs: [] }, path)).rejects.toThrow(/not JSON/);
    expect(await readFile(path, 'utf8')).toBe('{"profiles": ');
    await expect(saveProfile('none', { llamaArgs: [] }, path)).rejects.toThrow(/built in/);
  });
});

describe('a profile on a smaller host', () => {
  const phi = BUILT_IN_PROFILES.get('phi35_fast')!;

  it('is reduced to the host, with a note', () => {
    const { profile, note } = fitProfile(phi, 2);
    expect(profile).toEqual({ ...phi, cpus: 2, threads: 2 });
    expect(note).toMatch(/meant for 6 processors; there are 2/);
  });

  it('is unchanged when it fits', () => {
    expect(fitProfile(phi, 6)).toEqual({ profile: phi });
    expect(fitProfile({ llamaArgs: [] }, 1)).toEqual({ profile: { llamaArgs: [] } });
  });
});
