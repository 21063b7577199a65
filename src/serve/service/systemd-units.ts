import { isIPv6 } from 'node:net';
import { isLoopback } from '../../host/loopback.js';
import { MARKER } from './service-spec.js';
import type { ListenAddress, ServiceSpec } from './service-spec.js';
import {
  specifierFree,
  systemdArgument,
  systemdAssignment,
  systemdProgram,
} from './systemd-quoting.js';

/**
 * What confines the service. Nothing that needs a name space of its own: a user's manager makes one only where
 * the kernel lets users have them, and does not start the service elsewhere; and /dev/kvm is open to a group that
 * might not be known in it. Nothing that forbids memory both written and run: Node.js and QEMU's TCG make code.
 */
const HARDENING = [
  'NoNewPrivileges=yes',
  'UMask=0077',
  'LockPersonality=yes',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
];

/**
 * The unit of a service that the socket of the same name starts when somebody asks. Told to end it ends its
 * machines itself; a machine that the kernel ends for want of memory does not end the others; one that failed is
 * tried again before requests that wait have made systemd give up the socket.
 */
export function serviceUnit({ name, command, args, folder, environment }: ServiceSpec): string {
  const argv = [systemdProgram(command), ...args.map(systemdArgument)];
  return lines([
    `# ${MARKER}`,
    '[Unit]',
    'Description=Language models by an API, in machines of their own',
    `Requires=${name}.socket`,
    `After=${name}.socket`,
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${argv.join(' ')}`,
    `WorkingDirectory=${specifierFree(folder)}`,
    ...Object.entries(environment).map(
      ([variable, value]) => `Environment=${systemdAssignment(variable, value)}`,
    ),
    'KillMode=mixed',
    'TimeoutStopSec=30',
    'OOMPolicy=continue',
    'Restart=on-failure',
    'RestartSec=5',
    ...HARDENING,
    '',
    '[Install]',
    `Also=${name}.socket`,
  ]);
}

/** The unit of the sockets that systemd listens on, and hands to the service once somebody asks. */
export function socketUnit({ listen }: ServiceSpec): string {
  return lines([
    `# ${MARKER}`,
    '[Unit]',
    'Description=Sockets of the language models that zosia serves',
    '',
    '[Socket]',
    ...listen.map((address) => `ListenStream=${specifierFree(addressText(address))}`),
    'FileDescriptorName=http',
    'NoDelay=yes',
    // An address of a network that is not up yet can be listened on all the same.
    ...(listen.every(({ host }) => isLoopback(host)) ? [] : ['FreeBind=yes']),
    '',
    '[Install]',
    'WantedBy=sockets.target',
  ]);
}

/** As systemd.socket(5) has it: the interface of an address of IPv6 comes after the port. */
function addressText({ host, port }: ListenAddress): string {
  if (!isIPv6(host)) return `${host}:${port}`;
  const [address, zone] = host.split('%') as [string, string?];
  return zone === undefined ? `[${address}]:${port}` : `[${address}]:${port}%${zone}`;
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
