import { Candidates, fastest, isAsFast, rank } from './candidates.js';
import type { Candidate } from './candidates.js';
import { enumerateSpace, settingAt } from './space.js';
import type { SettingSpace } from './space.js';
import { measure } from './measure.js';
import type { MeasureOptions } from './measure.js';
import type { Setting } from './setting.js';

export interface TuneOptions extends Pick<
  MeasureOptions,
  'boot' | 'timeoutSeconds' | 'clock' | 'signal' | 'onStart' | 'onRun'
> {
  readonly space: SettingSpace;
  /** Boots that may be spent; see {@link usualBoots}. */
  readonly boots: number;
  /** How often the last two settings are measured before one of them wins. */
  readonly repeats: number;
}

export interface TuneResult {
  /** Undefined when no boot gave a result. */
  readonly winner: Candidate | undefined;
  /** Where the search began: what a machine does by itself, as far as the space has it. */
  readonly start: Candidate | undefined;
  /** Everything that was tried, fastest first. */
  readonly candidates: readonly Candidate[];
  readonly bootCount: number;
  /** Settings in the space: what a matrix of it has lines. */
  readonly settingCount: number;
  readonly interrupted: boolean;
}

/**
 * At most half as many boots, repeats included, as a matrix of the space takes with a single run of each
 * setting. Where that would leave a value untried, which happens with one part to vary, with two of which
 * one has two values, and with three values of each of two, as many as it takes to try each value once:
 * the search says nothing about what it never ran. A single setting is measured `repeats` times.
 */
export function usualBoots(space: SettingSpace, repeats: number): number {
  const settingCount = enumerateSpace(space).length;
  if (settingCount === 1) return repeats;
  const enough = Math.min(settingCount, settingCountOnAxes(space));
  return Math.max(Math.floor(settingCount / 2), enough);
}

/** How many settings are measured again once the search has ended. */
const FINALIST_COUNT = 4;
/** Rounds of the search, in which each axis has its turn; two do unless the axes depend on each other. */
const MAX_PASSES = 4;

/** Where in a space a setting is: an index into the values of each axis. */
type Point = Readonly<Record<Axis, number>>;
type Axis = 'waits' | 'threads' | 'llamaArgs' | 'batchThreads';
/** Threads matter most, and how they wait decides what they are worth: it is asked while there are many. */
const AXES: readonly Axis[] = ['waits', 'threads', 'llamaArgs', 'batchThreads'];

/**
 * Finds a fast setting without trying all: coordinate descent, one boot for each new setting, then
 * successive halving among the fastest, to tell what is fast from what was lucky.
 *
 * The descent tries every value of one axis while the others stay, moves to the best, goes on to the next
 * axis, and ends when a round through all of them moves nothing. It then begins once more at the other
 * end of every axis, as long as less than half of all settings have been tried. The same measurements
 * lead to the same result.
 *
 * @throws RangeError when an axis has no values; whatever `boot` and `onRun` throw
 */
export async function tune(options: TuneOptions): Promise<TuneResult> {
  const search = new Search(options);
  await search.explore();
  await search.confirm();
  return search.result();
}

class Search {
  readonly #options: TuneOptions;
  readonly #candidates = new Candidates();
  readonly #settingCount: number;
  readonly #start: Point;
  /** The most settings that are tried, so that boots are left for repeating. */
  readonly #mostTried: number;
  #bootCount = 0;
  #interrupted = false;

  constructor(options: TuneOptions) {
    const { space, boots, repeats } = options;
    if (AXES.some((axis) => space[axis].length === 0))
      throw new RangeError('an axis has no values');
    this.#options = options;
    this.#settingCount = enumerateSpace(space).length;
    this.#start = { waits: 0, threads: space.threads.length - 1, llamaArgs: 0, batchThreads: 0 };
    const onAxes = settingCountOnAxes(space);
    const enough = Math.max(onAxes, Math.floor(this.#settingCount / 2));
    // To miss a value altogether costs more than to take a lucky run for a fast setting.
    const affordable = Math.max(boots - halvingBoots(repeats), Math.min(boots, onAxes));
    this.#mostTried = Math.max(1, Math.min(enough, affordable));
  }

  async explore(): Promise<void> {
    await this.#descend(this.#start);
    const { space } = this.#options;
    const opposite = (axis: Axis): number => space[axis].length - 1 - this.#start[axis];
    await this.#descend({
      waits: opposite('waits'),
      threads: opposite('threads'),
      llamaArgs: opposite('llamaArgs'),
      batchThreads: opposite('batchThreads'),
    });
  }

  async #descend(start: Point): Promise<void> {
    let point = start;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const before = point;
      for (const axis of AXES) {
        const line = this.#options.space[axis].map((_, index) => ({ ...point, [axis]: index }));
        for (const next of line) {
          if (!(await this.#try(this.#settingAt(next)))) return;
        }
        point = this.#bestOf(point, line, axis);
      }
      if (AXES.every((axis) => point[axis] === before[axis])) return;
    }
  }

  /** Where to go on from a point, after everything that differs from it along an axis has been tried. */
  #bestOf(point: Point, line: readonly Point[], axis: Axis): Point {
    const candidateAt = (at: Point): Candidate | undefined =>
      this.#candidates.get(this.#settingAt(at));
    const best = fastest(line.flatMap((at) => candidateAt(at) ?? []));
    const here = candidateAt(point);
    if (!best) return point;
    // What threads for batches seem to do to generating is noise, unless it is much.
    if (axis === 'batchThreads' && here && isAsFast(here, best)) return point;
    return line.find((at) => candidateAt(at) === best)!;
  }

  #settingAt(point: Point): Setting {
    const { waits, threads, batchThreads, llamaArgs } = this.#options.space;
    return settingAt(
      threads[point.threads],
      batchThreads[point.batchThreads],
      llamaArgs[point.llamaArgs]!,
      waits[point.waits],
    );
  }

  /** Measures a setting that has not been tried yet; false when the search has to end. */
  async #try(setting: Setting): Promise<boolean> {
    if (this.#candidates.get(setting)) return true;
    if (this.#candidates.size >= this.#mostTried) return false;
    return this.#boot(setting);
  }

  /** Measures the fastest again, and half of them again, until the last have been repeated enough. */
  async confirm(): Promise<void> {
    const { repeats } = this.#options;
    let finalists = this.#candidates.representatives().slice(0, FINALIST_COUNT);
    const unfinished = ({ tokPerS, failureCount }: Candidate): boolean =>
      tokPerS.length + failureCount < repeats;
    while (finalists.some(unfinished)) {
      for (const { setting } of finalists.filter(unfinished)) {
        if (!(await this.#boot(setting))) return;
      }
      finalists = rank(finalists).slice(0, Math.max(2, Math.ceil(finalists.length / 2)));
    }
  }

  async #boot(setting: Setting): Promise<boolean> {
    if (this.#interrupted || this.#bootCount >= this.#options.boots) return false;
    const { runs, interrupted } = await measure({
      ...this.#options,
      settings: [setting],
      rounds: 1,
      failFast: false,
    });
    this.#interrupted = interrupted;
    for (const { outcome } of runs) {
      this.#bootCount++;
      this.#candidates.record(setting, outcome);
    }
    return !interrupted;
  }

  result(): TuneResult {
    return {
      winner: this.#winner(),
      start: this.#candidates.get(this.#settingAt(this.#start)),
      candidates: this.#candidates.ranked(),
      bootCount: this.#bootCount,
      settingCount: this.#settingCount,
      interrupted: this.#interrupted,
    };
  }

  /** The fastest of those that were measured most often: a lucky single run does not beat a median. */
  #winner(): Candidate | undefined {
    const candidates = this.#candidates.ranked();
    const most = Math.max(0, ...candidates.map(({ tokPerS }) => tokPerS.length));
    return fastest(candidates.filter(({ tokPerS }) => tokPerS.length === most));
  }
}

/** How many settings differ from a given one in one part at most: each value of each axis is among them. */
const settingCountOnAxes = (space: SettingSpace): number =>
  AXES.reduce((sum, axis) => sum + space[axis].length - 1, 1);

/** How many boots {@link Search.confirm} takes. */
const halvingBoots = (repeats: number): number =>
  repeats > 1 ? FINALIST_COUNT + 2 * Math.max(0, repeats - 2) : 0;
