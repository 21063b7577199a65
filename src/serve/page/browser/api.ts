import { sentMessages } from '../conversation.js';
import type { Conversation } from '../conversation.js';
import { EventStream } from '../event-stream.js';
import { RequestError, errorMessage, request } from './request.js';

/**
 * The names of the models that can be asked.
 *
 * @throws RequestError
 */
export async function fetchModels(): Promise<string[]> {
  const response = await request('/v1/models');
  const { data } = (await response.json().catch(() => ({}))) as { data?: { id?: unknown }[] };
  if (!Array.isArray(data)) throw new RequestError('The server gave no list of models.');
  return data.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}

/** Part of an answer. */
export interface Piece {
  readonly content: string;
  readonly reasoning: string;
  /** Why the model has ended. */
  readonly finishReason?: string | undefined;
  /** Tokens of the answer so far. */
  readonly tokens?: number | undefined;
  readonly tokensPerSecond?: number | undefined;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null;
      readonly reasoning_content?: string | null;
    } | null;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly completion_tokens?: number } | null;
  /** What llama.cpp's server adds. */
  readonly timings?: { readonly predicted_n?: number; readonly predicted_per_second?: number };
}

/**
 * Asks for the next message of a conversation, which comes in pieces.
 *
 * @throws RequestError also where the stream breaks off
 */
export async function* streamAnswer(
  conversation: Conversation,
  signal: AbortSignal,
): AsyncGenerator<Piece, void> {
  const { body } = await request('/v1/chat/completions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      model: conversation.model,
      messages: sentMessages(conversation),
      stream: true,
      stream_options: { include_usage: true },
    }),
    signal,
  });
  let isFinished = false;
  let isDone = false;
  try {
    // Read to its end: a connection that is closed before counts as a reader who went away.
    for await (const data of readEvents(body!, signal)) {
      isDone ||= data === '[DONE]';
      if (isDone) continue;
      const piece = parsePiece(data);
      isFinished ||= piece.finishReason !== undefined;
      yield piece;
    }
  } catch (error) {
    if (!isDone) throw error;
  }
  if (!isFinished && !isDone) throw brokenOff();
}

async function* readEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const events = new EventStream();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw signal.aborted ? error : brokenOff();
      });
      if (done) return;
      yield* events.push(value);
    }
  } finally {
    // Also where the answer is not read to its end: the server is to know.
    await reader.cancel().catch(() => undefined);
  }
}

const brokenOff = (): RequestError =>
  new RequestError('The answer broke off: the server ended the connection.');

function parsePiece(data: string): Piece {
  const failure = errorMessage(data);
  if (failure !== undefined) throw new RequestError(`The server failed: ${failure}`);
  let chunk: Chunk;
  try {
    chunk = JSON.parse(data) as Chunk;
  } catch {
    throw new RequestError('The server sent what is no answer.');
  }
  const { delta, finish_reason: finishReason } = chunk.choices?.[0] ?? {};
  return {
    content: delta?.content ?? '',
    reasoning: delta?.reasoning_content ?? '',
    finishReason: finishReason ?? undefined,
    tokens: chunk.timings?.predicted_n ?? chunk.usage?.completion_tokens,
    tokensPerSecond: chunk.timings?.predicted_per_second,
  };
}
