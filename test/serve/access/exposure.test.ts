import { describe, expect, it } from 'vitest';
import { checkExposure } from '../../../src/serve/access/exposure.js';
import { zosiaError } from '../../support/errors.js';

describe('checkExposure', () => {
  const closed = { host: '0.0.0.0', hasKey: true, tls: true, insecure: false };

  it('lets anything listen on loopback', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      checkExposure({ host, hasKey: false, tls: false, insecure: false });
    }
  });

  it('lets a key and TLS be reached by others', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'models.example.org']) {
      checkExposure({ ...closed, host });
    }
  });

  it.each([
    { lacks: { tls: false }, message: /0\.0\.0\.0.*TLS/, hint: /tlsCert and tlsKey.*insecure/ },
    { lacks: { hasKey: false }, message: /needs a key:/, hint: /have a key\.$/ },
    { lacks: { hasKey: false, insecure: true }, message: /needs a key:/, hint: /have a key\.$/ },
    {
      lacks: { hasKey: false, tls: false },
      message: /a key and TLS/,
      hint: /key, and .*tlsCert and tlsKey\.$/,
    },
    {
      lacks: { hasKey: false, tls: false, insecure: true },
      message: /needs a key:/,
      hint: /have a key\.$/,
    },
  ])('refuses $lacks, and names the way out', ({ lacks, message, hint }) => {
    const check = () => {
      checkExposure({ ...closed, ...lacks });
    };
    expect(check).toThrow(zosiaError('ZOSIA_SERVE_EXPOSED'));
    expect(check).toThrow(message);
    expect(check).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) as string }) as Error,
    );
  });

  it('lets a key be reached by others without TLS, where the user said so', () => {
    checkExposure({ ...closed, tls: false, insecure: true });
  });

  it.each(['::', 'example.org', '10.0.0.1'])('refuses %s without TLS', (host) => {
    expect(() => {
      checkExposure({ ...closed, host, tls: false });
    }).toThrow(zosiaError('ZOSIA_SERVE_EXPOSED'));
  });
});
