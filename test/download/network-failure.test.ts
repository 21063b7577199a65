import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { networkFailure } from '../../src/download/network-failure.js';

const failureOf = (code: string) =>
  networkFailure(Object.assign(new Error('words'), { code }), 'archive.test');

describe('networkFailure', () => {
  it.each([
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('reports for %s that the certificate to trust can be named', (code) => {
    expect(failureOf(code)).toEqual({
      reason: expect.stringContaining(code),
      isTransient: false,
      hint: expect.stringMatching(/NODE_EXTRA_CA_CERTS.*NODE_USE_SYSTEM_CA/),
    });
  });

  it.each([
    ['CERT_HAS_EXPIRED', /date and time/],
    ['CERT_NOT_YET_VALID', /date and time/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /proxy/],
  ])('reports %s as permanent, and not about certificates', (code, hint) => {
    expect(failureOf(code)).toMatchObject({
      isTransient: false,
      hint: expect.stringMatching(hint),
    });
  });

  it.each(['ETIMEDOUT', 'HPE_INVALID_CONSTANT', 'ERR_SSL_WRONG_VERSION_NUMBER', 'UND_ERR_SOCKET'])(
    'reports %s as temporary',
    (code) => {
      expect(failureOf(code)).toMatchObject({ isTransient: true });
    },
  );

  it('reports as temporary that the other side speaks no HTTP, which undici gives no code', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const error: unknown = await request(`http://127.0.0.1:${port}/`).catch(
        (thrown: unknown) => thrown,
      );
      expect(networkFailure(error, 'archive.test')).toMatchObject({
        reason: expect.stringContaining('HTTP'),
        isTransient: true,
      });
    } finally {
      server.close();
    }
  });

  it.each(['ENOENT', 'EMFILE', 'ERR_INVALID_ARG_TYPE'])('returns undefined for %s', (code) => {
    expect(failureOf(code)).toBeUndefined();
  });

  it('treats the failure of several addresses as one failure', () => {
    const each = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
    const all = Object.assign(new AggregateError([each, each]), { code: 'ETIMEDOUT' });
    expect(networkFailure(all, 'archive.test')?.reason).toMatch(/timed out \(ETIMEDOUT\)/);
  });
});
