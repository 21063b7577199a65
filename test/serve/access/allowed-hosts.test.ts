import { describe, expect, it } from 'vitest';
import { allowedHosts } from '../../../src/serve/access/allowed-hosts.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

describe('allowedHosts', () => {
  it.each(['127.0.0.1', '::1', 'localhost'])('are the names of this host on %s', (host) => {
    expect(allowedHosts([host])).toEqual(LOOPBACK);
  });

  it('has another address of loopback, too', () => {
    expect(allowedHosts(['127.0.0.2'])).toEqual([...LOOPBACK, '127.0.0.2']);
  });

  it.each([
    ['192.168.1.2', '192.168.1.2'],
    ['fd00::2', '[fd00::2]'],
    ['models.example.org', 'models.example.org'],
  ])('is %s alone', (host, name) => {
    expect(allowedHosts([host])).toEqual([name]);
  });

  it('has the names that are given, too', () => {
    expect(allowedHosts(['127.0.0.1'], ['box.local', 'localhost'])).toEqual([
      ...LOOPBACK,
      'box.local',
    ]);
    expect(allowedHosts(['192.168.1.2'], ['box.local'])).toEqual(['192.168.1.2', 'box.local']);
  });

  it('has the names of all addresses that it listens on', () => {
    expect(allowedHosts(['192.168.1.2', '127.0.0.1'])).toEqual(['192.168.1.2', ...LOOPBACK]);
    expect(allowedHosts(['127.0.0.1', '::'])).toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'])('is any name where %s is listened on', (host) => {
    expect(allowedHosts([host])).toBeUndefined();
    // Who names some means these.
    expect(allowedHosts([host], ['box.local'])).toEqual(
      expect.arrayContaining([...LOOPBACK, 'box.local']),
    );
    expect(allowedHosts([host], ['box.local'])).not.toContain('example.org');
  });
});
