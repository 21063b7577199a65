import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.js';

/** Which paths there are, and by which methods: of one that there is, others are refused as such. */
export class KnownPaths {
  readonly #methods = new Map<string, Set<string>>();

  /** Is told of all routes that are added from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const methods = this.#methods.get(url) ?? new Set();
      for (const each of [method].flat()) methods.add(each);
      this.#methods.set(url, methods);
    });
  }

  /** Why a request has no route: 404, or 405 with the methods that its path has. */
  refusal(method: string, path: string): ApiError {
    const allowed = [...this.#methods].flatMap(([url, methods]) =>
      isOf(path, url) ? [...methods] : [],
    );
    if (allowed.length === 0) {
      return new ApiError(404, 'there is nothing at this path', { code: 'not_found' });
    }
    return new ApiError(405, `${method} is no method of this path`, {
      code: 'method_not_allowed',
      headers: { allow: allowed.join(', ') },
    });
  }
}

/** Whether a path is that of a route, which may end with any text. */
function isOf(path: string, url: string): boolean {
  // What stands for every path is the preflight of CORS.
  if (url === '*') return false;
  return url.endsWith('/*') ? path.startsWith(url.slice(0, -1)) : path === url;
}
