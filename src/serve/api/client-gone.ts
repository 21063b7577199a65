import type { FastifyReply, FastifyRequest } from 'fastify';

/** Aborts when a request is over: when all of the answer is on its way, or the client has gone. */
export function untilOver(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const over = new AbortController();
  const end = (): void => {
    over.abort(new Error('the client has gone'));
  };
  reply.raw.once('close', end);
  if (request.raw.socket.destroyed) end();
  return over.signal;
}
