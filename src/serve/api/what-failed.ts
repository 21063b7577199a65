import { ZosiaError } from '../../errors.js';
import { ApiError, retryAfter } from './api-error.js';
import { withoutPaths } from './without-paths.js';

/** Machines that are answering now have often answered by then, in seconds. */
const ROOM_RETRY_S = 5;

/** What a client is told when the machine of its model could not be had. */
export function noMachine(model: string, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof ZosiaError)) {
    return new ApiError(502, `the machine of ${model} failed`, { cause: error });
  }
  const message = withoutPaths(error.message);
  switch (error.code) {
    case 'ZOSIA_MODEL_NOT_SERVED':
      return new ApiError(404, message, { code: 'model_not_found', cause: error });
    // Asking again would not help: clients of OpenAI and Anthropic are told so.
    case 'ZOSIA_SERVE_TOO_LARGE':
      return new ApiError(503, message, {
        code: 'too_large',
        headers: { 'x-should-retry': 'false' },
        cause: error,
      });
    case 'ZOSIA_SERVE_NO_ROOM':
      return new ApiError(503, message, {
        code: 'no_room',
        headers: retryAfter(ROOM_RETRY_S),
        cause: error,
      });
    default:
      return new ApiError(502, `the machine of ${model} failed: ${message}`, {
        code: error.code.toLowerCase(),
        cause: error,
      });
  }
}

/** What a client is told when a machine that was there did not answer to the end. */
export const machineGone = (model: string, cause: unknown): ApiError =>
  new ApiError(502, `the machine of ${model} ended before its answer did`, {
    code: 'machine_gone',
    cause,
  });

/** What whoever runs the server is told of that: the connection has nothing to do with a network. */
export const answerLost = (model: string, cause: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_SERVE_ANSWER_LOST', `the machine of ${model} broke off an answer`, {
    hint: 'What it ended of is told once it has; of one that goes on, zosia up shows the console.',
    cause,
  });
