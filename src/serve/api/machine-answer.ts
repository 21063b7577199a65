import * as v from 'valibot';
import { object, tryJson } from '../../json.js';
import { ApiError } from './api-error.js';
import { errorBody } from './error-shape.js';
import type { ApiDialect } from './error-shape.js';

const EVENT_STREAM = 'text/event-stream';

/** Whether an answer is a stream of events. */
export const isEventStream = (contentType: string | undefined): boolean =>
  contentType?.split(';')[0]!.trim().toLowerCase() === EVENT_STREAM;

const FIRST_ERROR = 400;
const FIRST_NONE = 600;

/** Whether a status is one that the API has answers for. */
export const isAnswerStatus = (status: number): boolean =>
  status === 200 || (status >= FIRST_ERROR && status < FIRST_NONE);

/** Errors, as llama-server tells of them, whoever's API is spoken. */
const FAILURE = object({
  error: object({ message: v.string(), type: v.optional(v.string()) }),
});

/** What llama-server calls errors, as OpenAI's clients know them. */
const OPENAI_CODES: Readonly<Record<string, string>> = {
  exceed_context_size_error: 'context_length_exceeded',
};
/** Says no more than the status, and what `type` of the API says. */
const PLAIN_TYPES = ['invalid_request_error', 'server_error', 'api_error'];

const SERVER_ERROR = 500;
const NOT_IMPLEMENTED = 501;
const BAD_REQUEST = 400;

/** An answer as it is sent on. */
export interface SentAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * An answer as it is sent on: errors in the shape of the API that is spoken.
 *
 * @throws ApiError 502 when an answer is no error as it should be
 */
export function answerFor(answer: SentAnswer, dialect: ApiDialect, model: string): SentAnswer {
  if (answer.status < FIRST_ERROR) return answer;
  const failure = tryJson(FAILURE, answer.body.toString('utf8'));
  if (!failure) {
    throw new ApiError(502, `the machine of ${model} failed with status ${answer.status}`, {
      code: 'machine_failed',
    });
  }
  const { message, type } = failure.error;
  const isPlain = type === undefined || PLAIN_TYPES.includes(type);
  const known = isPlain ? {} : { code: OPENAI_CODES[type] ?? type };
  const error = new ApiError(statusFor(answer.status, message), message, known);
  return { status: error.status, body: Buffer.from(JSON.stringify(errorBody(error, dialect))) };
}

/** How llama-server speaks of a request that it cannot use, whichever status it gives. */
const OF_REQUEST =
  /json\.exception|\b(?:not supported|unsupported|unknown|invalid|missing|required|must|expected|failed to parse)\b/i;

/** What is wrong with a request is no failure of the server, after which clients would try again. */
const statusFor = (status: number, message: string): number =>
  status === NOT_IMPLEMENTED || (status === SERVER_ERROR && OF_REQUEST.test(message))
    ? BAD_REQUEST
    : status;
