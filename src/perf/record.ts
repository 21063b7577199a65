import type { MeasuredRun } from './measure.js';
import type { PerfMachine } from './prepare.js';
import type { RunRecord } from './results.js';
import { describeSetting, formatLlamaArgs } from './setting.js';
import type { MeasuredSpeed } from '../prepare/speed.js';

/** A run as the history of this host has it; undefined of one that tells nothing of its model. */
export function speedOf(
  { setting, startedAt, outcome }: MeasuredRun,
  { spec, model, weights }: Pick<PerfMachine, 'spec' | 'model' | 'weights'>,
): MeasuredSpeed | undefined {
  if (!weights || !outcome.measured) return undefined;
  const { tokPerS } = outcome.result;
  const { arch, accel } = spec;
  return {
    ...weights,
    at: startedAt,
    model,
    tokPerS,
    arch,
    accel: accel.name,
    setting: `${describeSetting(setting)}, ${spec.cpus} processors`,
  };
}

/** A run as results have it. Threads are those the guest used, where it said so. */
export function recordOf(
  { setting, round, startedAt, outcome, ok }: MeasuredRun,
  { spec, model }: Pick<PerfMachine, 'spec' | 'model'>,
  tokens: number,
): RunRecord {
  const result = outcome.measured ? outcome.result : undefined;
  return {
    timestamp: startedAt,
    threads: result?.threads ?? setting.threads,
    batchThreads: result?.batchThreads ?? setting.batchThreads ?? setting.threads,
    args: formatLlamaArgs(setting.llamaArgs),
    tokens: result?.tokens ?? tokens,
    seconds: result?.seconds,
    tokPerS: result?.tokPerS,
    ok,
    loadSeconds: result?.loadSeconds,
    promptTokPerS: result?.promptTokPerS,
    run: round,
    cpus: spec.cpus,
    model,
    arch: spec.arch,
    accel: spec.accel.name,
    error: outcome.measured ? '' : outcome.reason,
    wait: setting.wait ?? '',
  };
}
