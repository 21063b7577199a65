import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { writeOutput } from '../host/output-file.js';
import { BUILT_IN_PROFILES, checkProfileName, formatProfiles, parseProfiles } from './profile.js';
import type { Profile, Profiles } from './profile.js';
import { readTextFile } from '../host/text-file.js';

/** The user's own profiles, in the folder that zosia is run in. */
export const PROFILES_FILE = 'zosia.perf.json';

/**
 * Finds a profile: built in, or in a file of the user's.
 *
 * @param file one that has to exist, and to be in order, whatever the name; `zosia.perf.json`, if there is
 *   one, unless given
 * @throws ZosiaError `ZOSIA_PERF_NO_PROFILE`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_PERF_BAD_PROFILE`
 */
export async function loadProfile(name: string, file?: string): Promise<Profile> {
  const builtIn = BUILT_IN_PROFILES.get(name);
  if (builtIn && file === undefined) return builtIn;
  const path = file ?? PROFILES_FILE;
  const profiles = await readProfiles(path);
  if (!profiles && file !== undefined) {
    throw new ZosiaError('ZOSIA_FILE_NOT_FOUND', `there is no file of profiles at ${path}`, {
      hint: wording`Write one with zosia perf tune --save-profile NAME, or name another with ${option('profiles')}.`,
    });
  }
  const profile = builtIn ?? profiles?.get(name);
  if (profile) return profile;
  const names = [...BUILT_IN_PROFILES.keys(), ...(profiles?.keys() ?? [])].sort();
  throw new ZosiaError('ZOSIA_PERF_NO_PROFILE', `there is no profile ${JSON.stringify(name)}`, {
    hint: `There are: ${names.join(', ')}. More go into ${path}.`,
  });
}

/**
 * Puts a profile into a file of profiles, in the place of one of the same name; the others stay.
 *
 * @throws ZosiaError `ZOSIA_PERF_BAD_PROFILE`, and those of `writeOutput`
 */
export async function saveProfile(
  name: string,
  profile: Profile,
  path: string = PROFILES_FILE,
): Promise<void> {
  checkProfileName(name, path);
  const profiles = (await readProfiles(path)) ?? new Map<string, Profile>();
  await writeOutput(path, formatProfiles(new Map([...profiles, [name, profile]])));
}

/** Undefined where there is no such file. */
async function readProfiles(path: string): Promise<Profiles | undefined> {
  try {
    return parseProfiles(await readTextFile(path), path);
  } catch (error) {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_FILE_NOT_FOUND') return undefined;
    throw error;
  }
}
