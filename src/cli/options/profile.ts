import { availableParallelism } from 'node:os';
import type { LinuxFlags } from './linux.js';
import { say } from '../output/output.js';

/** The flags of a machine with what a profile adds to them, and the profile's arguments for llama.cpp. */
export interface Profiled<Flags> {
  readonly flags: Flags;
  readonly args: readonly string[];
}

/**
 * Fills in what the profile named in the flags says; what the flags say themselves wins.
 *
 * @throws ZosiaError as `loadProfile`
 */
export async function applyProfile<Flags extends LinuxFlags>(
  flags: Flags,
): Promise<Profiled<Flags>> {
  if (flags.profile === undefined) return { flags, args: [] };
  const [{ loadProfile }, { fitProfile }, { contextTokensIn, settingArguments }] =
    await Promise.all([
      import('../../perf/profiles-file.js'),
      import('../../perf/profile.js'),
      import('../../perf/setting.js'),
    ]);
  const { smp: asked } = flags;
  const { profile, note } = fitProfile(
    await loadProfile(flags.profile, flags.profiles),
    asked ?? availableParallelism(),
  );
  if (note !== undefined) say(`zosia: ${note}`);
  const smp = asked ?? profile.cpus;
  const wait = flags.wait ?? profile.wait;
  const ctx = flags.ctx ?? contextTokensIn(profile.llamaArgs);
  return {
    flags: {
      ...flags,
      smp,
      wait,
      ctx,
    },
    args: settingArguments(profile),
  };
}
