import * as v from 'valibot';
import { object, parseJson, tryJson, wholeNumber } from '../../json.js';
import { readText } from './client.js';
import type { Reply } from './client.js';
import { serverFailed, serverRefused } from './failures.js';

/** The body of an error: llama.cpp, tools/server/README.md and format_error_response. */
const ERROR = object({
  message: v.string(),
  type: v.optional(v.string()),
  n_prompt_tokens: v.optional(wholeNumber(0)),
  n_ctx: v.optional(wholeNumber(1)),
});
export type ServerError = v.InferOutput<typeof ERROR>;

const ERROR_REPLY = object({ error: ERROR });

/** Of GET /props: the length of the context of one answer. */
const PROPERTIES = object({ default_generation_settings: object({ n_ctx: wholeNumber(1) }) });

/** Of POST /apply-template. */
const TEMPLATED = object({ prompt: v.string() });

/** An event of POST /completion with `stream`. The first comes before the prompt is evaluated. */
const PIECE = object({
  error: v.optional(ERROR),
  content: v.optional(v.string(), ''),
  /** Whether this is the last event. */
  stop: v.optional(v.boolean(), false),
  tokens_evaluated: v.optional(wholeNumber(0), 0),
});

const LAST_PIECE = object({
  stop_type: v.string(),
  stopping_word: v.string(),
  truncated: v.boolean(),
  tokens_predicted: wholeNumber(0),
  tokens_evaluated: wholeNumber(0),
});
export type LastPiece = v.InferOutput<typeof LAST_PIECE>;

/** All that is wanted of the last event: the rest of it has no bound but the prompt's. */
export const PIECE_FIELDS = ['content', 'stop', ...Object.keys(LAST_PIECE.pipe[1].entries)];

/** Whatever a template makes of a prompt: several times the longest context. */
const MAX_TEMPLATED_BYTES = 64 << 20;
/** The chat template is in it, and may have 1 MiB. */
const MAX_PROPERTIES_BYTES = 16 << 20;
const MAX_ERROR_BYTES = 1 << 20;

export const isOk = ({ status }: Reply): boolean => status === 200;

const unexpected = (path: string) => (problem: string, cause?: unknown) =>
  serverFailed(`of the reply to ${path}, ${problem}`, cause);

/**
 * The length of the context of an answer.
 *
 * @throws ZosiaError `ZOSIA_SERVER_FAILED`
 */
export async function readContextTokens(reply: Reply): Promise<number> {
  if (!isOk(reply)) throw serverRefused((await readError(reply)).message);
  const text = await readText(reply, MAX_PROPERTIES_BYTES);
  const properties = parseJson(PROPERTIES, text, unexpected('/props'));
  return properties.default_generation_settings.n_ctx;
}

/** @throws ZosiaError `ZOSIA_SERVER_FAILED` */
export async function readTemplated(reply: Reply): Promise<{ prompt: string } | ServerError> {
  if (!isOk(reply)) return readError(reply);
  const text = await readText(reply, MAX_TEMPLATED_BYTES);
  return parseJson(TEMPLATED, text, unexpected('/apply-template'));
}

/**
 * What a reply without success says.
 *
 * @throws ZosiaError `ZOSIA_SERVER_FAILED` when it says nothing in llama-server's way
 */
export async function readError(reply: Reply): Promise<ServerError> {
  const text = await readText(reply, MAX_ERROR_BYTES);
  const found = tryJson(ERROR_REPLY, text);
  if (found) return found.error;
  throw serverFailed(`its reply has the status ${reply.status} and says: ${text}`);
}

/** @throws ZosiaError `ZOSIA_SERVER_FAILED` */
export function readPiece(data: string): {
  error: ServerError | undefined;
  text: string;
  promptTokens: number;
  last: LastPiece | undefined;
} {
  const fail = unexpected('/completion');
  const piece = parseJson(PIECE, data, fail);
  return {
    error: piece.error,
    text: piece.content,
    promptTokens: piece.tokens_evaluated,
    last: piece.stop ? parseJson(LAST_PIECE, data, fail) : undefined,
  };
}
