import { fitProfile } from './profile.js';
import type { Profile } from './profile.js';
import { contextTokensIn, makeSetting } from './setting.js';
import type { Setting } from './setting.js';
import type { WaitPolicy } from '../machine/machine.js';

/** What a user says of a measurement beside its profile. */
export interface PlanOptions {
  readonly profile: Profile;
  /** Measured instead of the profile's own setting, of which processors and tokens alone count then. */
  readonly matrix?: readonly Setting[] | undefined;
  readonly threads?: number | undefined;
  readonly batchThreads?: number | undefined;
  readonly wait?: WaitPolicy | undefined;
  readonly llamaArgs?: readonly string[] | undefined;
  readonly tokens?: number | undefined;
  /** Processors of the machine, where they are asked for. */
  readonly cpus?: number | undefined;
  readonly hostCpuCount: number;
}

/** What is measured, and on what machine. */
export interface Plan {
  readonly settings: readonly Setting[];
  readonly tokens: number;
  /** Processors of the machine; undefined for the usual number. */
  readonly cpus: number | undefined;
  /** The longest context that a setting asks for. */
  readonly contextTokens: number | undefined;
  /** What a user should know. */
  readonly note?: string | undefined;
}

/** Tokens that are generated where nothing is said: enough for a steady rate. */
export const USUAL_TOKENS = 64;

/** Machines have so many processors at most unless asked for more. */
const USUAL_MAX_CPUS = 8;

/** Decides what is measured. What is given beside the profile wins over it. */
export function planRuns(options: PlanOptions): Plan {
  const { matrix, threads, batchThreads, wait, llamaArgs, hostCpuCount } = options;
  const { profile, note } = fitProfile(
    matrix ? machineOf(options.profile) : options.profile,
    options.cpus ?? hostCpuCount,
  );
  const own = makeSetting(
    threads ?? profile.threads,
    batchThreads ?? profile.batchThreads,
    llamaArgs ?? profile.llamaArgs,
    wait ?? profile.wait,
  );
  const settings = matrix ?? [own];
  return {
    settings,
    tokens: options.tokens ?? profile.tokens ?? USUAL_TOKENS,
    cpus: options.cpus ?? profile.cpus ?? cpusFor(settings, hostCpuCount),
    contextTokens: longestContext(settings),
    note,
  };
}

/** What a profile says of the machine, without its setting. */
function machineOf({ cpus, tokens }: Profile): Profile {
  return {
    cpus,
    tokens,
    llamaArgs: [],
  };
}

/** More processors than usual, when settings have threads for them and the host has them. */
export function cpusFor(settings: readonly Setting[], hostCpuCount: number): number | undefined {
  const threads = settings.flatMap((setting) => [setting.threads ?? 1, setting.batchThreads ?? 1]);
  const useful = Math.min(Math.max(...threads), hostCpuCount);
  return useful > USUAL_MAX_CPUS ? useful : undefined;
}

export function longestContext(settings: readonly Setting[]): number | undefined {
  const lengths = settings.flatMap(({ llamaArgs }) => contextTokensIn(llamaArgs) ?? []);
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}
