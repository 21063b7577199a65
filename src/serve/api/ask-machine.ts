import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import type {} from '@fastify/reply-from';

/** What a machine is told of a request beside its body: no keys, no cookies, no addresses. */
const FORWARDED = ['accept', 'anthropic-version', 'anthropic-beta', 'content-length'] as const;

/** An answer of which the head has come. */
export interface MachineAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly stream: IncomingMessage;
}

/**
 * Sends a request on to a machine, and waits for the head of the answer.
 *
 * @throws Error when none comes
 */
export function askMachine(
  reply: FastifyReply,
  request: { readonly url: string; readonly path: string; readonly body: Buffer },
): Promise<MachineAnswer> {
  const { url, path, body } = request;
  return new Promise((resolve, reject) => {
    reply.from(path, {
      body,
      contentType: 'application/json',
      // A prompt may take as long as it takes; who asks can go.
      timeout: 0,
      getUpstream: () => url,
      queryString: () => '',
      rewriteRequestHeaders: (_request, headers) => forwarded(headers),
      // A guest is not trusted with headers of ours.
      rewriteHeaders: () => ({}),
      onResponse: (_request, _reply, answer) => {
        // The types have the reply that this becomes, not what it is.
        const { statusCode, headers, stream } = answer as unknown as {
          readonly statusCode: number;
          readonly headers: IncomingHttpHeaders;
          readonly stream: IncomingMessage;
        };
        resolve({ status: statusCode, contentType: headers['content-type'], stream });
      },
      onError: (_reply, { error }) => {
        reject(error);
      },
    });
  });
}

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = FORWARDED.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, headers[name]] as const],
  );
  return {
    ...Object.fromEntries(kept),
    host: '127.0.0.1',
    'content-type': 'application/json',
  };
}
