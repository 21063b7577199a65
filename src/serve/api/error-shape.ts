import type { ApiError } from './api-error.js';

/** Whose API a request speaks: how it is told of errors depends on that. */
export type ApiDialect = 'openai' | 'anthropic';

/** The dialect of a path, without its query. */
export const dialectOf = (path: string): ApiDialect =>
  path === '/v1/messages' || path.startsWith('/v1/messages/') ? 'anthropic' : 'openai';

const OPENAI_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

const FIRST_SERVER_ERROR = 500;

/** The body that tells of an error. */
export function errorBody({ status, message, code }: ApiError, dialect: ApiDialect): object {
  const isServers = status >= FIRST_SERVER_ERROR;
  if (dialect === 'anthropic') {
    const type = ANTHROPIC_TYPES[status] ?? (isServers ? 'api_error' : 'invalid_request_error');
    return { type: 'error', error: { type, message } };
  }
  const type = OPENAI_TYPES[status] ?? (isServers ? 'server_error' : 'invalid_request_error');
  return { error: { message, type, param: null, code } };
}

/** The event that tells of an error in a stream whose head said that all was well. */
export function errorEvent(error: ApiError, dialect: ApiDialect): string {
  const data = `data: ${JSON.stringify(errorBody(error, dialect))}\n\n`;
  return dialect === 'anthropic' ? `event: error\n${data}` : data;
}
