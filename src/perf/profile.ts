import * as v from 'valibot';
import { ZosiaError } from '../errors.js';
import { anyObject, checkJson, parseJson, strictObject, wholeNumber } from '../json.js';
import { checkLlamaArgs, MAX_THREADS, MAX_TOKENS } from './setting.js';
import type { Setting } from './setting.js';
import { WAIT_POLICIES } from '../machine/machine.js';

/** A setting with a name, and the machine it is meant for. */
export interface Profile extends Setting {
  /** Processors of the machine; the host's unless given. */
  readonly cpus?: number | undefined;
  /** Tokens that a measurement generates. */
  readonly tokens?: number | undefined;
}

export type Profiles = ReadonlyMap<string, Profile>;

/** `phi35_fast` is what Phi-3.5 mini in Q4_K_M runs fastest with on six processors. */
export const BUILT_IN_PROFILES: Profiles = new Map<string, Profile>([
  ['none', { llamaArgs: [] }],
  ['phi35_fast', { cpus: 6, threads: 6, tokens: 128, llamaArgs: ['-b', '256', '-c', '1024'] }],
]);

const THREADS = v.exactOptional(wholeNumber(1, MAX_THREADS));

const PROFILE = strictObject({
  cpus: THREADS,
  threads: THREADS,
  batchThreads: THREADS,
  wait: v.exactOptional(v.picklist(WAIT_POLICIES)),
  tokens: v.exactOptional(wholeNumber(1, MAX_TOKENS)),
  llamaArgs: v.optional(v.array(v.string()), []),
}) satisfies v.GenericSchema<unknown, Profile>;

const PROFILES_OF_FILE = strictObject({ profiles: anyObject });

/** What a profile may be called: a word that is one for every shell. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** @throws ZosiaError `ZOSIA_PERF_BAD_PROFILE` for a name that no profile of a file may have */
export function checkProfileName(name: string, where: string): void {
  if (!NAME.test(name)) {
    throw badProfile(
      where,
      `${JSON.stringify(name)} cannot be the name of a profile`,
      'A name has up to 64 of the letters A to Z and a to z, digits, and . _ -; a letter or digit first.',
    );
  }
  if (BUILT_IN_PROFILES.has(name)) {
    throw badProfile(
      where,
      `the profile ${name} is built in, and cannot be replaced`,
      `Choose a name that is not ${[...BUILT_IN_PROFILES.keys()].join(' or ')}.`,
    );
  }
}

/**
 * Reads a file of profiles:
 *
 *     {"profiles": {"mine": {"cpus": 8, "threads": 8, "tokens": 128, "llamaArgs": ["-b", "256"]}}}
 *
 * @param name how errors call the file
 * @throws ZosiaError `ZOSIA_PERF_BAD_PROFILE` or `ZOSIA_PERF_BAD_ARGS`, which name file and place
 */
export function parseProfiles(text: string, name: string): Profiles {
  const fail = (problem: string): ZosiaError => badProfile(name, problem);
  const { profiles } = parseJson(PROFILES_OF_FILE, text.replace(/^\ufeff/, ''), fail);
  return new Map(
    Object.entries(profiles).map(([profileName, value]) => {
      checkProfileName(profileName, name);
      const profile = checkJson(PROFILE, value, fail, ['profiles', profileName]);
      checkLlamaArgs(profile.llamaArgs, `${name}: profiles.${profileName}.llamaArgs`);
      return [profileName, profile];
    }),
  );
}

const SHAPE =
  'It should look like {"profiles": {"mine": {"threads": 4, "llamaArgs": ["-b", "256"]}}}.';

function badProfile(where: string, complaint: string, hint = SHAPE): ZosiaError {
  return new ZosiaError('ZOSIA_PERF_BAD_PROFILE', `${where}: ${complaint}`, { hint });
}

/** A file of profiles as {@link parseProfiles} reads it, sorted by name. */
export function formatProfiles(profiles: Profiles): string {
  const sorted = [...profiles].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = sorted.map(([name, { cpus, threads, batchThreads, wait, tokens, llamaArgs }]) => {
    return [name, { cpus, threads, batchThreads, wait, tokens, llamaArgs }] as const;
  });
  return `${JSON.stringify({ profiles: Object.fromEntries(entries) }, null, 2)}\n`;
}

/** A profile cut down to a machine with fewer processors than it is meant for, and what was cut. */
export function fitProfile(
  profile: Profile,
  cpuCount: number,
): { profile: Profile; note?: string | undefined } {
  const most = (count: number | undefined): number | undefined =>
    count === undefined ? undefined : Math.min(count, cpuCount);
  const [cpus, threads, batchThreads] = [
    most(profile.cpus),
    most(profile.threads),
    most(profile.batchThreads),
  ];
  if (
    cpus === profile.cpus &&
    threads === profile.threads &&
    batchThreads === profile.batchThreads
  ) {
    return { profile };
  }
  const wanted = Math.max(profile.cpus ?? 0, profile.threads ?? 0, profile.batchThreads ?? 0);
  return {
    profile: {
      ...profile,
      cpus,
      threads,
      batchThreads,
    },
    note: `the profile is meant for ${wanted} processors; there are ${cpuCount}, so it is cut down to those`,
  };
}
