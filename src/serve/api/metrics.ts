import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Backend, MachineState } from '../backend.js';
import type { RequestRecord } from './request-log.js';
import type { RequestQueues } from './request-queue.js';

const STATES: readonly MachineState[] = ['asleep', 'waking', 'idle', 'answering'];

/** From a saved machine that is woken, to a large model that is read from a slow disk, in seconds. */
const WAKE_BUCKETS_S = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

const BYTES_OF_MIB = 1 << 20;
const MS_OF_S = 1000;

/** What is counted, for Prometheus. Labels have values of ours alone: nothing that a client made up. */
export class ServeMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'zosia_requests_total',
    help: 'Requests that are over, by model, route and status (499: the client went before an answer).',
    labelNames: ['model', 'route', 'status'],
    registers: [this.#registry],
  });
  readonly #tokens = new Counter({
    name: 'zosia_tokens_total',
    help: 'Tokens of prompts and answers.',
    labelNames: ['model', 'kind'],
    registers: [this.#registry],
  });
  readonly #wakes = new Histogram({
    name: 'zosia_wake_seconds',
    help: 'How long machines took to wake.',
    labelNames: ['model'],
    buckets: WAKE_BUCKETS_S,
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  readonly contentType = this.#registry.contentType;

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counts a machine that has been woken. */
  woken(model: string, durationMs: number): void {
    this.#wakes.observe({ model }, durationMs / MS_OF_S);
  }

  answered({ model = '', route = '', status, promptTokens, answerTokens }: RequestRecord): void {
    this.#requests.inc({ model, route, status: String(status) });
    if (promptTokens) this.#tokens.inc({ model, kind: 'prompt' }, promptTokens);
    if (answerTokens) this.#tokens.inc({ model, kind: 'answer' }, answerTokens);
  }

  /** Has it show what there is at the time when it is asked. */
  watch(sources: {
    readonly backend: Backend;
    readonly queues: RequestQueues;
    readonly memoryMiB?: (() => number) | undefined;
  }): void {
    const { backend, queues, memoryMiB } = sources;
    const registers = [this.#registry];
    new Gauge({
      name: 'zosia_queue_length',
      help: 'Requests that wait for a machine to have answered others.',
      labelNames: ['model'],
      registers,
      collect() {
        for (const [model, length] of queues.lengths()) this.set({ model }, length);
      },
    });
    new Gauge({
      name: 'zosia_machines',
      help: 'Models, by what their machines are doing.',
      labelNames: ['state'],
      registers,
      async collect() {
        const states = (await backend.models()).map(({ name }) => backend.stateOf(name));
        for (const state of STATES) {
          this.set({ state }, states.filter((each) => each === state).length);
        }
      },
    });
    if (!memoryMiB) return;
    new Gauge({
      name: 'zosia_machines_memory_bytes',
      help: 'Memory that all machines have.',
      registers,
      collect() {
        this.set(memoryMiB() * BYTES_OF_MIB);
      },
    });
  }
}
