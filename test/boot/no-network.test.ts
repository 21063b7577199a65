import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import type { RunRequest } from '../../src/machine/machine.js';
import { compileWithInit } from '../support/init-program.js';
import { temporaryFolder } from '../support/temporary.js';
import { writeDisk } from './modes/disks.js';
import { guestFiles, withOverlay } from './modes/guest.js';
import { fileEntry } from './modes/impostor.js';
import { withMachine } from './wake/host.js';

const SOURCE = join(fileURLToPath(new URL('.', import.meta.url)), 'modes/prober.c');

const FAMILY = { ipv4: 2, ipv6: 10 } as const;
/** Numbers of errors in Linux: there is no way to it, nobody there, or no such family. */
const UNREACHABLE = ['-101', '-113', '-97', '-99', '-13'];

const ipv4 = (address: string): string =>
  address
    .split('.')
    .map((each) => Number(each).toString(16).padStart(2, '0'))
    .join('');

describe.each(ARCHITECTURES)('what runs in the guest on %s', (arch) => {
  const folder = temporaryFolder();

  it.each<[string, string, Partial<RunRequest>]>([
    ['a server', 'llama-server', { serve: true }],
    ['a head with workers', 'llama-server', { serve: true, workers: 2 }],
    ['a worker', 'ggml-rpc-server', { worker: true }],
  ])(
    'of %s reaches no name server, gateway, host, metadata or other address',
    async (_, program, request) => {
      const met: string[] = [];
      const server = createServer((socket) => {
        met.push('a connection');
        socket.destroy();
      });
      server.listen(0, '0.0.0.0');
      await once(server, 'listening');
      const datagrams = createSocket('udp4', () => met.push('a datagram'));
      const { port } = server.address() as AddressInfo;
      datagrams.bind(port, '0.0.0.0');
      await once(datagrams, 'listening');

      // Those of QEMU's user network, of clouds, and of everybody.
      const places = [
        ['gateway', FAMILY.ipv4, ipv4('10.0.2.2'), port],
        ['name-server', FAMILY.ipv4, ipv4('10.0.2.3'), 53],
        ['metadata', FAMILY.ipv4, ipv4('169.254.169.254'), 80],
        ['private', FAMILY.ipv4, ipv4('192.168.1.1'), port],
        ['public', FAMILY.ipv4, ipv4('8.8.8.8'), 53],
        ['everybody', FAMILY.ipv4, ipv4('255.255.255.255'), port],
        ['own-network', FAMILY.ipv6, 'fe800000000000000000000000000001', port],
        ['user-network', FAMILY.ipv6, 'fec00000000000000000000000000002', port],
        ['vm-metadata', FAMILY.ipv6, 'fd00ec20000000000000000000000254', 80],
      ] as const;
      try {
        const data = await compileWithInit(
          arch,
          [SOURCE],
          ['kernel/file', 'kernel/queue', 'text/text'],
        );
        const guest = await guestFiles(arch, folder.path);
        const disk = folder.file('model.img');
        await writeDisk(disk, { 'model.gguf': Buffer.from('GGUF') });
        const initrd = await withOverlay(guest.initrd, [
          { path: `/usr/bin/${program}`, type: 'file', mode: 0o755, data },
          fileEntry('/etc/zosia/prober', places.map((each) => `${each.join(' ')}\n`).join('')),
        ]);
        let shown = '';
        await withMachine(
          { ...guest, initrd },
          { disk, request: { wake: true, args: [], ...request } },
          async ({ console: screen }) => {
            shown = await screen.shows(/exit status=1\r\n/);
          },
        );
        const lines = shown.split('\r\n');
        for (const [name] of places) {
          const [, stream, datagram] =
            lines.map((line) => new RegExp(`^${name}: (\\S+) (\\S+)$`).exec(line)).find(Boolean) ??
            [];
          expect(UNREACHABLE, `${name}: ${lines.join('\n')}`).toContain(stream);
          expect(UNREACHABLE, name).toContain(datagram);
        }
        // There is the loopback interface, and no other.
        expect(lines.filter((line) => /^\s*[\w.]+:\s+\d+\s+\d+/.test(line))).toEqual([
          expect.stringMatching(/^\s*lo:/),
        ]);
        expect(met).toEqual([]);
      } finally {
        server.close();
        datagrams.close();
      }
    },
  );
});
