import type { Server } from 'node:http';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { answerError, toApiError } from './answer-error.js';
import { answerClientError } from './client-errors.js';
import type { Connections } from './connections.js';
import type { ApiLimits, ApiOptions } from './options.js';

/** How often connections are looked at that have taken too long; a tenth of the time they may take, in ms. */
const checkingInterval = (timeoutMs: number): number => Math.max(100, Math.ceil(timeoutMs / 10));

/** A name of a model may be as long. */
const MAX_PARAMETER_CHARACTERS = 1000;

/** Makes a server that has bounds for all that a client can make it keep. */
export function makeServer(
  limits: ApiLimits,
  tls: ApiOptions['tls'],
  connections: Connections,
): FastifyInstance {
  const http = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: checkingInterval(limits.headersTimeoutMs),
  };
  const app = fastify({
    ...(tls
      ? {
          https: {
            ...http,
            ...tls,
            minVersion: 'TLSv1.2',
            handshakeTimeout: limits.headersTimeoutMs,
          },
        }
      : { http }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxRequestsPerSocket: limits.requestsPerConnection,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    frameworkErrors: (error, request, reply) => {
      answerError(toApiError(error), request, reply);
    },
    clientErrorHandler: (error, socket) => {
      answerClientError(error, socket, connections.isAnswering(socket));
    },
  }) as unknown as FastifyInstance;
  const server: Server = app.server;
  server.maxConnections = limits.connections;
  return app;
}
