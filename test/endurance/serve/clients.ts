import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What the documentation tells clients to expect, and to ask again after. */
const TRY_AGAIN: readonly number[] = [429, 503];
const RETRY_MS = 500;

/** How often a client leaves before it has its answer: once in so many requests. */
const LEAVES_EVERY = 8;
/** How long such a client stays, at most, in ms. */
const STAYS_MS = 3000;

/** What became of all requests. */
export interface Outcomes {
  answered: number;
  /** By clients that did not wait. */
  left: number;
  /** How often clients were told to try again. */
  refused: number;
  /** Of each model. */
  readonly answersOf: Map<string, number>;
  /** All else: none is to be expected. */
  readonly wrong: string[];
}

interface Asked {
  readonly path: string;
  readonly body: object;
  /** What an answer has to have in it. */
  readonly whole: RegExp;
}

const question = { messages: [{ role: 'user', content: 'Tell me about a fox.' }], temperature: 0 };

/** The ways to ask, which take turns. */
const WAYS: readonly ((model: string) => Asked)[] = [
  (model) => ({
    path: '/v1/chat/completions',
    body: { ...question, model, max_tokens: 6 },
    whole: /"content":\s*"[^"]+"/,
  }),
  (model) => ({
    path: '/v1/chat/completions',
    body: { ...question, model, max_tokens: 6, stream: true },
    whole: /data: \[DONE\]\s*$/,
  }),
  (model) => ({
    path: '/v1/completions',
    body: { model, prompt: 'Once upon a time', max_tokens: 6, temperature: 0 },
    whole: /"text":\s*"[^"]+"/,
  }),
  (model) => ({
    path: '/v1/messages',
    body: { ...question, model, max_tokens: 6, stream: true },
    whole: /message_stop/,
  }),
];

/** Has some clients ask until a time has come, and waits until the last has its answer. */
export async function askAtOnce(
  url: string,
  { clients, minutes }: { readonly clients: number; readonly minutes: number },
  /** Which model a client asks for in its turn. */
  modelOf: (client: number, turn: number) => string,
): Promise<Outcomes> {
  const outcomes: Outcomes = {
    answered: 0,
    left: 0,
    refused: 0,
    answersOf: new Map(),
    wrong: [],
  };
  const endMs = performance.now() + minutes * 60_000;
  const agent = new Agent({ keepAlive: true });
  const client = async (number: number): Promise<void> => {
    for (let turn = 0; performance.now() < endMs; turn++) {
      const model = modelOf(number, turn);
      const asked = WAYS[(number + turn) % WAYS.length]!(model);
      const leaves = (number + turn) % LEAVES_EVERY === 0;
      await askOnce(new URL(asked.path, url), asked, { agent, leaves, model, outcomes });
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  agent.destroy();
  return outcomes;
}

interface Turn {
  readonly agent: Agent;
  readonly leaves: boolean;
  readonly model: string;
  readonly outcomes: Outcomes;
}

async function askOnce(url: URL, asked: Asked, turn: Turn): Promise<void> {
  const { leaves, model, outcomes } = turn;
  const leaving = leaves ? AbortSignal.timeout(Math.floor(Math.random() * STAYS_MS)) : undefined;
  try {
    const { status, body } = await send(url, asked.body, turn.agent, leaving);
    if (TRY_AGAIN.includes(status)) {
      outcomes.refused++;
      await sleep(RETRY_MS);
    } else if (status === 200 && asked.whole.test(body) && !body.includes('"error"')) {
      outcomes.answered++;
      outcomes.answersOf.set(model, (outcomes.answersOf.get(model) ?? 0) + 1);
    } else {
      outcomes.wrong.push(`${model} ${asked.path} ${status} ${body.slice(0, 500)}`);
    }
  } catch (error) {
    if (leaving?.aborted) outcomes.left++;
    else outcomes.wrong.push(`${model} ${asked.path} ${String(error)}`);
  }
}

function send(
  url: URL,
  body: object,
  agent: Agent,
  signal: AbortSignal | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      text(response).then((all) => {
        resolve({ status: response.statusCode!, body: all });
      }, reject);
    };
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', agent, headers, ...(signal && { signal }) }, take);
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}
