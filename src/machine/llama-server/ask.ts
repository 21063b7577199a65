import type { ZosiaError } from '../../errors.js';
import { promptTooLong, schemaUnusable, templateUnusable } from './answer.js';
import type { AnswerEnd, AnswerReport } from './answer.js';
import type { Reply, ServerClient } from './client.js';
import { eventData } from './event-stream.js';
import { asReason, serverFailed, serverRefused } from './failures.js';
import { closeReasoning, Reasoning } from './reasoning.js';
import {
  PIECE_FIELDS,
  isOk,
  readError,
  readPiece,
  readContextTokens,
  readTemplated,
} from './replies.js';
import type { LastPiece, ServerError } from './replies.js';
import type { SamplingSettings } from './arguments.js';

/** What llama-server is asked. */
export interface Question {
  readonly prompt: string;
  /**
   * Whether the prompt is a turn of a conversation, for the chat template; else it is a text to go on
   * from, as the empty one always is. The server cannot tell: a model without a template gets chatml.
   */
  readonly conversation: boolean;
  /** What comes before the turn. */
  readonly systemPrompt?: string | undefined;
  readonly sampling?: SamplingSettings | undefined;
  /** The length of the context that was asked for; llama.cpp rounds it up, but a prompt may not be longer. */
  readonly contextTokens?: number | undefined;
  readonly hideReasoning?: boolean | undefined;
  /** Whether a model that can reason is to; it is unless this is false, or the answer is JSON of a schema. */
  readonly thinks?: boolean | undefined;
  /** Whether the report tells the length of the context in any case: the server takes a while to say it. */
  readonly reportsContext?: boolean | undefined;
}

export interface AskOptions {
  /** Takes the answer as it comes; while its promise is pending, no more is read. */
  readonly onText: (text: string) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks llama-server, and passes on its answer token by token: the text that llama-completion prints for the
 * same prompt. An error closes the connection.
 *
 * @throws ZosiaError `ZOSIA_PROMPT_TOO_LONG`, `ZOSIA_TEMPLATE_UNUSABLE`, `ZOSIA_SERVER_FAILED`; the reason
 *   of `signal`; whatever `onText` throws
 */
export async function askServer(
  server: ServerClient,
  question: Question,
  { onText, signal }: AskOptions,
): Promise<AnswerReport> {
  const isConversation = question.conversation && question.prompt !== '';
  const prompt = isConversation
    ? await applyTemplate(server, question, signal)
    : encodable(question.prompt);
  const contextTokens = question.reportsContext
    ? await readContextTokens(await server.send('/props', undefined, signal))
    : undefined;
  const sampling = question.sampling ?? {};

  // Comes last: whatever its head says, llama-server hangs up after a reply in pieces.
  const reply = await server.send(
    '/completion',
    {
      ...sampling,
      prompt,
      stream: true,
      // Tells the prompt's length before it is evaluated.
      return_progress: true,
      // What was kept of an earlier prompt is computed in batches of another size, and rounded otherwise.
      cache_prompt: false,
      response_fields: PIECE_FIELDS,
    },
    signal,
  );
  const isHidden = question.hideReasoning === true || (isConversation && !thinks(question));
  const reasoning = new Reasoning(isHidden, isConversation ? prompt : '');
  const say = async (text: string): Promise<void> => {
    // llama-server generates a token even where none is wanted.
    if (text !== '' && sampling.n_predict !== 0) await onText(text);
  };
  let last: LastPiece | undefined;
  for await (const piece of piecesOf(reply, roomOf(question))) {
    await say(reasoning.feed(piece.text));
    last = piece.last;
  }
  if (!last) throw serverFailed('the answer breaks off');
  await say(reasoning.end());

  const { tokens_evaluated: promptTokens, tokens_predicted: tokens } = last;
  const end = endOf(last, sampling);
  const filled = end === 'context' ? promptTokens + tokens : 0;
  return { end, promptTokens, tokens, contextTokens: contextTokens ?? filled };
}

async function applyTemplate(
  server: ServerClient,
  question: Question,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { prompt, systemPrompt } = question;
  const messages = [
    ...(systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }]),
    { role: 'user', content: prompt },
  ].map(({ role, content }) => ({ role, content: encodable(content) }));
  // llama-server would decide for itself; llama-completion always lets a template have it.
  const body = { messages, chat_template_kwargs: { enable_thinking: thinks(question) } };
  const templated = await readTemplated(await server.send('/apply-template', body, signal));
  if ('prompt' in templated) {
    return thinks(question) ? templated.prompt : closeReasoning(templated.prompt);
  }
  throw templateUnusable(asReason(reasonOf(templated.message)), systemPrompt !== undefined);
}

/** Reasoning is no JSON: a schema leaves no room for it. */
const thinks = ({ thinks: asked = true, sampling }: Question): boolean =>
  asked && sampling?.json_schema === undefined;

/** A text as a file would have it: half a surrogate pair, which JSON of llama.cpp refuses, becomes U+FFFD. */
const encodable = (text: string): string => Buffer.from(text).toString();

/** Of a template that cannot be run, llama.cpp shows the place before it says what is wrong. */
function reasonOf(message: string): string {
  return /^Error: (.*)$/m.exec(message)?.[1] ?? message;
}

/** llama.cpp has no shorter context. */
const LEAST_CONTEXT = 8;

function roomOf({ contextTokens }: Question): number {
  // 0 is as long as the model's.
  return contextTokens ? Math.max(contextTokens, LEAST_CONTEXT) : Infinity;
}

/** The pieces of an answer, with the text that stopped it, as llama-completion shows it. */
async function* piecesOf(
  reply: Reply,
  room: number,
): AsyncGenerator<{ text: string; last: LastPiece | undefined }> {
  if (!isOk(reply)) throw whyRefused(await readError(reply));
  let hasEnded = false;
  for await (const data of eventData(reply.body)) {
    if (hasEnded) throw serverFailed('the answer goes on behind its end');
    const { error, text, promptTokens, last } = readPiece(data);
    if (error) throw whyRefused(error);
    if (promptTokens > room) throw promptTooLong(promptTokens, room);
    hasEnded = last !== undefined;
    yield { text: text + (last?.stopping_word ?? ''), last };
  }
}

/** How llama-server names what is wrong with a schema. */
const SCHEMA_FIELD = "Field 'json_schema'";

function whyRefused({
  type,
  message,
  n_prompt_tokens: tokens,
  n_ctx: context,
}: ServerError): ZosiaError {
  return type === 'exceed_context_size_error' && tokens !== undefined && context !== undefined
    ? // One place is for the first token of the answer.
      promptTooLong(tokens, context - 1)
    : message.includes(SCHEMA_FIELD)
      ? schemaUnusable(asReason(message.split('\n').at(-1)!))
      : serverRefused(message);
}

const ENDS: Readonly<Record<string, AnswerEnd>> = { eos: 'end', word: 'stop', limit: 'tokens' };

function endOf(last: LastPiece, sampling: SamplingSettings): AnswerEnd {
  const limit = sampling.n_predict ?? -1;
  const isFull = last.truncated && !(limit >= 0 && last.tokens_predicted >= limit);
  if (last.stop_type === 'limit' && isFull) return 'context';
  return Object.hasOwn(ENDS, last.stop_type) ? ENDS[last.stop_type]! : 'unknown';
}
