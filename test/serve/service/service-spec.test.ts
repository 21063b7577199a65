import { describe, expect, it } from 'vitest';
import { checkServiceSpec } from '../../../src/serve/service/service-spec.js';
import type { ServiceSpec } from '../../../src/serve/service/service-spec.js';
import { zosiaError } from '../../support/errors.js';
import { ODD_ARGUMENTS, specWith } from './service-specs.js';

describe('checkServiceSpec', () => {
  it('takes all that can be written down', () => {
    checkServiceSpec(
      specWith({
        name: 'zosia-2_b',
        command: '/opt/a $b %c/nodé',
        args: [...ODD_ARGUMENTS, '\u0001'],
        environment: { A_1: 'x\ny\tż"\'\\$%', _: '' },
        listen: [
          { host: '::1', port: 1 },
          { host: 'fe80::1%eth0', port: 65535 },
        ],
      }),
    );
  });

  const invalid: Partial<ServiceSpec>[] = [
    { name: '' },
    { name: '../zosia' },
    { name: '-zosia' },
    { name: 'zosia@1' },
    { name: 'zo sia' },
    { command: 'node' },
    { command: "/opt/it's/node" },
    { command: '/opt/"/node' },
    { command: '/opt/\\/node' },
    { command: '/opt/\n/node' },
    { args: ['a\0b'] },
    { args: ['\ud800'] },
    { environment: { '1A': 'x' } },
    { environment: { 'A B': 'x' } },
    { environment: { A: 'x\u0001' } },
    { environment: { A: '\udc00' } },
    { listen: [] },
    { listen: [{ host: 'localhost', port: 9931 }] },
    { listen: [{ host: '127.0.0.1', port: 0 }] },
    { listen: [{ host: '127.0.0.1', port: 65536 }] },
    { listen: [{ host: '127.0.0.1', port: 1.5 }] },
  ];

  it.each(invalid)('refuses %o', (changes) => {
    expect(() => {
      checkServiceSpec(specWith(changes));
    }).toThrow(zosiaError('ZOSIA_SERVICE_INVALID'));
  });

  it('refuses a key among the variables, does not show it, and names the way out', () => {
    const check = () => {
      checkServiceSpec(specWith({ environment: { ZOSIA_API_KEY: 'very-secret' } }));
    };
    expect(check).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_SERVICE_INVALID',
        message: expect.not.stringContaining('very-secret') as string,
        hint: expect.stringContaining('apiKeyFile') as string,
      }) as Error,
    );
  });
});
