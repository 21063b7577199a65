import { describe, expect, it } from 'vitest';
import { serviceUnit, socketUnit } from '../../../src/serve/service/systemd-units.js';
import { specWith } from './service-specs.js';

const linesOf = (text: string): string[] => text.split('\n');

describe('serviceUnit', () => {
  it('has the command, the variables, and the socket that starts it', () => {
    const unit = serviceUnit(
      specWith({ name: 'mine', args: ['a b', '$x'], environment: { A: '1', B: '2 3' } }),
    );
    expect(linesOf(unit)).toEqual(
      expect.arrayContaining([
        'Requires=mine.socket',
        'After=mine.socket',
        'ExecStart="/usr/bin/env" "a b" "$$x"',
        'Environment="A=1"',
        'Environment="B=2 3"',
        'Also=mine.socket',
      ]),
    );
  });

  it('has nothing that a machine cannot run under', () => {
    // Each makes a name space, which not every kernel lets users have, hides /dev/kvm, or forbids made code.
    expect(serviceUnit(specWith())).not.toMatch(
      /^(?:Private|Protect|ReadOnly|Inaccessible|DynamicUser|MemoryDeny|DevicePolicy|SystemCallFilter)/m,
    );
  });

  it('keeps a line a line, whatever the arguments hold', () => {
    const unit = serviceUnit(
      specWith({ args: ['x\nExecStartPre=/bin/false'], environment: { A: 'x\n[Install]\n' } }),
    );
    const sections = linesOf(unit).filter((line) => line.startsWith('['));
    expect(sections).toEqual(['[Unit]', '[Service]', '[Install]']);
    expect(linesOf(unit).filter((line) => line.startsWith('Exec'))).toHaveLength(1);
  });
});

describe('socketUnit', () => {
  it('listens on each address', () => {
    const listen = [
      { host: '127.0.0.1', port: 9931 },
      { host: '::1', port: 9932 },
    ];
    const lines = linesOf(socketUnit(specWith({ listen })));
    expect(lines).toEqual(
      expect.arrayContaining(['ListenStream=127.0.0.1:9931', 'ListenStream=[::1]:9932']),
    );
    expect(lines).not.toContain('FreeBind=yes');
  });

  it('does not wait for the network of an address that is not of this host alone', () => {
    const listen = [{ host: 'fe80::1%eth0', port: 9931 }];
    expect(linesOf(socketUnit(specWith({ listen })))).toEqual(
      expect.arrayContaining(['ListenStream=[fe80::1]:9931%%eth0', 'FreeBind=yes']),
    );
  });
});
