import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/host/loopback.js';

describe('isLoopback', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.0',
    '127.255.255.255',
    '::1',
    '0:0:0:0:0:0:0:1',
    'localhost',
    'LocalHost',
  ])('is true of %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '126.255.255.255',
    '128.0.0.1',
    '192.168.1.2',
    'fe80::1',
    '::2',
    '::ffff:192.168.1.2',
    'localhost.example.org',
    'my-localhost',
    // What getaddrinfo(3) would take for 127.0.0.1 is a name to us.
    '127.1',
    '2130706433',
    '127.0.0.1.example.org',
    '',
  ])('is false of %j', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
