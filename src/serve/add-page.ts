import type { FastifyInstance } from 'fastify';
import { pageFiles } from './page-files.js';

/**
 * Has a server show the chat page at `/`. Everybody may see it: what it asks needs a key.
 *
 * @throws ZosiaError as `pageFiles`
 */
export async function addPage(app: FastifyInstance): Promise<void> {
  for (const [path, { body, headers }] of await pageFiles()) {
    app.get(path, { config: { isPublic: true } }, (request, reply) => {
      reply.headers(headers);
      if (request.headers['if-none-match'] === headers['etag']) return reply.code(304).send();
      return reply.send(Buffer.from(body));
    });
  }
}
