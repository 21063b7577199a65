import { Agent as SecureAgent } from 'node:https';
import cors from '@fastify/cors';
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance } from 'fastify';
import { answerError, toApiError } from './answer-error.js';
import { KeyCheck } from './api-key.js';
import { Connections } from './connections.js';
import { dialectOf } from './error-shape.js';
import { HeldBodies } from './held-bodies.js';
import { checkHost } from './host-check.js';
import { KnownPaths } from './known-paths.js';
import { MachineAgent } from './machine-agent.js';
import { ServeMetrics } from './metrics.js';
import { addModelList } from './model-list.js';
import { takeJsonAlone } from './model-request.js';
import { ModelRoute } from './model-route.js';
import { DEFAULT_LIMITS } from './options.js';
import type { ApiOptions } from './options.js';
import { RequestLog } from './request-log.js';
import { RequestQueues } from './request-queue.js';
import { makeServer } from './server.js';
import { cutSlowReader } from './slow-reader.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether everybody may ask, without a key. */
    isPublic?: boolean;
  }
}

/** What machines answer: the paths are those of llama-server. */
const MODEL_PATHS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/rerank',
  '/v1/messages',
  '/v1/messages/count_tokens',
];

/** How long a browser need not ask again whether another site's page may, in seconds. */
const CORS_MAX_AGE_S = 600;

/**
 * Makes the HTTP API of a backend. Who closes it ends all requests; the backend stays.
 *
 * @returns a server that is not listening yet. Routes that are added need a key, like its own, unless their
 *   `config` has `isPublic`
 */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const { backend, keys, allowedHosts, allowedOrigins, onRequest } = options;
  const onError = options.onError ?? (() => undefined);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = options.metrics ?? new ServeMetrics();
  const connections = new Connections();
  const log = new RequestLog();
  const queues = new RequestQueues(options.parallel, options.maxQueue);
  const bodies = new HeldBodies(limits);
  const agent = new MachineAgent();
  const keyCheck = keys && new KeyCheck(keys);
  metrics.watch({ backend, queues, memoryMiB: options.memoryMiB });

  const app = makeServer(limits, options.tls, connections);
  const paths = new KnownPaths(app);
  app.setErrorHandler((error, request, reply) => {
    const told = toApiError(error);
    if (told.status === 500) onError(error);
    answerError(told, request, reply);
  });

  app.addHook('onRequest', async (request, reply) => {
    log.follow(request, reply, (record) => {
      metrics.answered(record);
      onRequest?.(record);
    });
    await connections.turn(request.raw.socket, reply.raw);
    cutSlowReader(reply.raw, limits.stallTimeoutMs);
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    const hosts = allowedHosts?.();
    if (hosts) checkHost(request.headers.host, hosts);
  });
  if (allowedOrigins && allowedOrigins.length > 0) {
    await app.register(cors, {
      origin: [...allowedOrigins],
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: ['retry-after'],
      maxAge: CORS_MAX_AGE_S,
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.isPublic !== true) keyCheck?.check(request.headers);
    // Here, its body has not been read.
    if (request.is404) throw paths.refusal(request.method, request.raw.url!.split('?')[0]!);
    bodies.hold(request.raw, reply.raw);
    done();
  });
  takeJsonAlone(app, (request, bytes) => {
    bodies.settle(request, bytes);
  });
  await app.register(replyFrom, {
    http: { agents: { 'http:': agent, 'https:': new SecureAgent() } },
    disableCache: true,
    disableRequestLogging: true,
    destroyAgent: true,
    retryMethods: [],
  });

  app.get('/health', { config: { isPublic: true } }, () => ({ status: 'ok' }));
  app.get('/metrics', (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.text();
  });
  addModelList(app, backend);
  const route = new ModelRoute({ backend, agent, queues, log, onError });
  for (const path of MODEL_PATHS) {
    const target = { path, dialect: dialectOf(path) };
    app.post(path, (request, reply) => route.handle(request, reply, target));
  }
  return app;
}
