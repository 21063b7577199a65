// What is exported mentions Node's own types; a program that uses it need not ask for them itself.
/// <reference types="node" preserve="true" />
/**
 * Measuring: settings and profiles, boots that measure, the search for the fastest setting, results and
 * what is made of them.
 *
 * @packageDocumentation
 */
export { formatLlamaArgs, parseLlamaArgs } from '../perf/setting.js';
export type { Setting } from '../perf/setting.js';
export { BUILT_IN_PROFILES, fitProfile, formatProfiles, parseProfiles } from '../perf/profile.js';
export type { Profile, Profiles } from '../perf/profile.js';
export { loadProfile, saveProfile } from '../perf/profiles-file.js';
export { formatMatrix, parseMatrix } from '../perf/matrix.js';
export { enumerateSpace, usualSpace } from '../perf/space.js';
export type { SettingSpace } from '../perf/space.js';
export { planRuns } from '../perf/plan.js';
export type { Plan, PlanOptions } from '../perf/plan.js';
export { preparePerfMachine } from '../perf/prepare.js';
export type { PerfMachine, PrepareOptions } from '../perf/prepare.js';
export { machineBoot } from '../perf/boot.js';
export type { MachineBootOptions } from '../perf/boot.js';
export type { Boot, BootContext, PerfOutcome, PerfResult } from '../perf/outcome.js';
export { measure } from '../perf/measure.js';
export type { MeasuredRun, Measurements, MeasureOptions, RunStart } from '../perf/measure.js';
export type { Candidate } from '../perf/candidates.js';
export { tune } from '../perf/tune.js';
export type { TuneOptions, TuneResult } from '../perf/tune.js';
export { recordOf } from '../perf/record.js';
export { formatRecord, parseResults, RESULTS_HEADER } from '../perf/results.js';
export type { RunRecord } from '../perf/results.js';
export { openResultsFile } from '../perf/results-file.js';
export type { ResultsFile } from '../perf/results-file.js';
export { summarise } from '../perf/statistics.js';
export type { Summary } from '../perf/statistics.js';
export { groupResults } from '../perf/report/groups.js';
export type { SettingGroup, Subject } from '../perf/report/groups.js';
export { summaryLines } from '../perf/report/text.js';
export { reportPage } from '../perf/report/html.js';

// What the types above mention.
export type { LogOptions } from '../perf/boot-log.js';
export type { SpeedSubject } from '../prepare/speed.js';
