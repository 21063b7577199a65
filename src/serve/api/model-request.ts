import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { anyObject, tryJson } from '../../json.js';
import { ApiError } from './api-error.js';

/** The body of a request: the bytes as they came, which are what the machine gets, and the model they name. */
export interface ModelRequest {
  readonly bytes: Buffer;
  readonly model: string | undefined;
}

/**
 * Has JSON be taken as {@link ModelRequest}, and nothing else be taken.
 *
 * @param onRead is told how long a body is once it has been read
 */
export function takeJsonAlone(
  app: FastifyInstance,
  onRead: (request: IncomingMessage, bytes: number) => void,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    onRead(request.raw, body.length);
    done(null, body);
  });
}

/** @throws ApiError 400 */
export function readModelRequest(body: unknown): ModelRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const members = tryJson(anyObject, bytes.toString('utf8'));
  if (!members) throw new ApiError(400, 'the body must be a JSON object', { code: 'invalid_json' });
  const model = Object.hasOwn(members, 'model') ? members['model'] : undefined;
  if (model === undefined || model === null) return { bytes, model: undefined };
  if (typeof model === 'string') return { bytes, model };
  throw new ApiError(400, 'model must be the name of a model', { code: 'invalid_model' });
}
