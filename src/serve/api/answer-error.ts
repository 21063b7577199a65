import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.js';
import { dialectOf, errorBody } from './error-shape.js';

/** What of Fastify's own errors a client can mend, by their codes, in the words of this API. */
const MESSAGES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the body must be JSON, with Content-Type: application/json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is too long',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as Content-Length says',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body must be a JSON object',
  FST_ERR_BAD_URL: 'the path is not encoded as it should be',
  FST_ERR_MAX_PARAM_LENGTH: 'the path is too long',
};

/** The error that a client is told of, for whatever was thrown. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  const isClients = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  if (!isClients) return new ApiError(500, 'an error of the server', { cause: error });
  const message = MESSAGES[String(code)] ?? 'the request cannot be answered';
  return new ApiError(statusCode, message, { cause: error });
}

/** Answers with an error in the shape of the API that was asked. */
export function answerError(error: ApiError, request: FastifyRequest, reply: FastifyReply): void {
  const [path] = request.raw.url!.split('?');
  void reply
    .code(error.status)
    .headers(error.headers)
    .type('application/json; charset=utf-8')
    .send(errorBody(error, dialectOf(path!)));
}
