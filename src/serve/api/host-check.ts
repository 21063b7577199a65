import { ApiError } from './api-error.js';

const PORT = /:\d+$/;

/**
 * Whether a request is for a name of this server. A page of another site can have its own name resolve to
 * this host (DNS rebinding) and then ask as if it were one of ours; the name it asks for gives it away.
 *
 * @param allowed names, which stand for any port, and names with ports
 * @throws ApiError 403
 */
export function checkHost(host: string | undefined, allowed: readonly string[]): void {
  const asked = host?.toLowerCase();
  const isAllowed = allowed.some((each) => {
    const name = each.toLowerCase();
    return name === asked || name === asked?.replace(PORT, '');
  });
  if (!isAllowed) {
    throw new ApiError(403, 'this server is not called by the name that the Host header has', {
      code: 'host_not_allowed',
    });
  }
}
