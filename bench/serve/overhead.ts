import { planMachine } from '../../src/serve/machines/plan-machine.js';
import { openServer } from '../../src/serve/open-server.js';
import { urlOf } from '../../src/serve/listen/listen.js';
import { summarise } from '../../src/perf/statistics.js';
import type { Summary } from '../../src/perf/statistics.js';
import { mustAnswer, placeOf } from './ask.js';
import type { Place } from './ask.js';
import { builtInModel } from './machine.js';
import { turnsOf } from '../turns.js';

/** As `zosia serve` has them unless told, in ms. */
const LIMITS = { maxQueue: 128, maxMachines: 1, keepMs: 300_000, wakeMs: 600_000, patienceMs: 1 };

const NOTHING_ABORTS = new AbortController().signal;

/** Requests that take llama-server little time. */
const REQUESTS = {
  /** Tokens are counted, and nothing is computed. */
  count: {
    path: '/v1/messages/count_tokens',
    body: { model: 'zosia-tiny', messages: [{ role: 'user', content: 'Hello' }] },
  },
  /** One token, of a prompt that it has in its cache. */
  token: {
    path: '/v1/completions',
    body: { model: 'zosia-tiny', prompt: 'Once upon a time', max_tokens: 1, temperature: 0 },
  },
} as const;

export type SmallRequest = keyof typeof REQUESTS;

export interface Overhead {
  readonly throughMs: Summary;
  readonly directMs: Summary;
  /** What the median of a request is longer by. */
  readonly addedMs: number;
}

/**
 * Measures how much longer requests take through the server than over a connection to the llama-server in
 * its machine, in turn with one another. Server and client are this one process, both ways.
 */
export async function measureOverhead(requests: number): Promise<Record<SmallRequest, Overhead>> {
  const { entry, plan } = await builtInModel(1);
  const server = await openServer({
    ...LIMITS,
    parallel: 1,
    memoryMiB: plan.prepare.machine!.sharedMiB!,
    entries: () => Promise.resolve([entry]),
    plan: (found, signal) => planMachine(found, plan, signal),
    listen: { host: '127.0.0.1', port: 0 },
  });
  try {
    const through = placeOf(urlOf(server.addresses[0]!, false));
    // It stays awake as long as it is lent.
    const lease = await server.backend.lease(entry.name, NOTHING_ABORTS);
    const direct: Place = { createConnection: lease.connect };
    const count = await compare('count', { through, direct }, requests);
    const token = await compare('token', { through, direct }, requests);
    lease.release();
    return { count, token };
  } finally {
    await server.close();
  }
}

async function compare(
  name: SmallRequest,
  { through, direct }: { readonly through: Place; readonly direct: Place },
  requests: number,
): Promise<Overhead> {
  const { path, body } = REQUESTS[name];
  const ways = [
    { place: through, timesMs: [] as number[] },
    { place: direct, timesMs: [] as number[] },
  ] as const;
  // Nothing is measured that is done for the first time.
  for (const { place } of ways) await mustAnswer(place, path, body);
  for (let run = 0; run < requests; run++) {
    for (const turn of turnsOf(ways.length, run)) {
      const { place, timesMs } = ways[turn]!;
      timesMs.push((await mustAnswer(place, path, body)).durationMs);
    }
  }
  const [throughMs, directMs] = ways.map(({ timesMs }) => summarise(timesMs));
  return {
    throughMs: throughMs!,
    directMs: directMs!,
    addedMs: throughMs!.median - directMs!.median,
  };
}
