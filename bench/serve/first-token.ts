import { setTimeout as delay } from 'node:timers/promises';
import { summarise } from '../../src/perf/statistics.js';
import type { Summary } from '../../src/perf/statistics.js';
import type { ServeProcess } from '../../test/support/serve-process.js';
import { CHAT_PATH, chat, mustAnswer, placeOf } from './ask.js';

/** How long the machine stays when nobody asks it: it is asked twice in a run. */
export const KEEP = '2s';

const LOOK_MS = 100;
const TOKENS = 8;

export interface FirstTokens {
  /** From sending a request until the first piece of text, of a machine that was saved and is not there, in ms. */
  readonly asleepMs: Summary;
  /** The same request to the same machine again. */
  readonly awakeMs: Summary;
  /** How much of `asleepMs` it took until the machine could be asked. */
  readonly wakingMs: Summary;
}

/** Measures how long the first token takes. @param server with `--keep` as {@link KEEP} */
export async function measureFirstTokens(server: ServeProcess, runs: number): Promise<FirstTokens> {
  const place = placeOf(server.url);
  const first = async (): Promise<number> => {
    const { firstTokenMs } = await mustAnswer(place, CHAT_PATH, chat(TOKENS, true));
    if (firstTokenMs === undefined) throw new Error('the model has answered with nothing');
    return firstTokenMs;
  };
  // The first machine may have to be booted and saved, and what is saved to be written to the disk.
  for (let time = 0; time < 2; time++) {
    await first();
    await untilAsleep(server.url);
  }
  const wokenBefore = wakings(server).length;
  const asleep: number[] = [];
  const awake: number[] = [];
  for (let run = 0; run < runs; run++) {
    asleep.push(await first());
    awake.push(await first());
    await untilAsleep(server.url);
  }
  return {
    asleepMs: summarise(asleep),
    awakeMs: summarise(awake),
    wakingMs: summarise(wakings(server).slice(wokenBefore)),
  };
}

/** How long each machine took to wake, as it is told to the user. */
const wakings = (server: ServeProcess): number[] =>
  [...server.said().matchAll(/woke in (\d+) ms/g)].map(([, durationMs]) => Number(durationMs));

/** Waits until there is no machine any more. */
async function untilAsleep(url: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(new URL('/v1/models', url))).text();
    if (text.includes('"asleep"')) return;
    await delay(LOOK_MS);
  }
}
