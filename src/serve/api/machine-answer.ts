import * as v from 'valibot';
import { object, tryJson } from '../../json.js';
import { ApiError } from './api-error.js';
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

/** Errors, as llama-server tells of them. */
const FAILURE = object({
  type: v.optional(v.string()),
  error: object({ message: v.string(), type: v.optional(v.string()) }),
});

/**
 * The body of an answer as it is sent on. llama-server tells of errors as OpenAI does, whoever's API is
 * spoken.
 *
 * @throws ApiError 502 when an answer is no error as it should be
 */
export function bodyFor(
  { status, body }: { readonly status: number; readonly body: Buffer },
  dialect: ApiDialect,
  model: string,
): Buffer {
  if (status < FIRST_ERROR) return body;
  const failure = tryJson(FAILURE, body.toString('utf8'));
  if (!failure) {
    throw new ApiError(502, `the machine of ${model} failed with status ${status}`, {
      code: 'machine_failed',
    });
  }
  if (dialect === 'openai' || failure.type === 'error') return body;
  const { message, type = 'api_error' } = failure.error;
  return Buffer.from(JSON.stringify({ type: 'error', error: { type, message } }));
}
