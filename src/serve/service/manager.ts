import { isAbsolute, join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { launchAgent, launchLabel } from './launch-agent.js';
import type { ServiceFile } from './service-files.js';
import type { ServiceSpec } from './service-spec.js';
import { serviceUnit, socketUnit } from './systemd-units.js';

type Command = readonly [string, ...string[]];

/** How a host's service manager is told of a service. */
export interface ServiceManager {
  /** Where its files go. */
  readonly paths: readonly string[];
  /** Links to its files that the manager makes when it is told to start it from now on. */
  readonly links: readonly string[];
  /** Succeeds where the manager runs for this user. */
  readonly probe: Command;
  /** Before `start`; they fail where it does not run, which is what they are for. */
  readonly restart: readonly Command[];
  /** Start it, now and from now on. */
  readonly start: readonly Command[];
  /** Before its files are removed. */
  readonly stop: readonly Command[];
  /** After its files are removed. */
  readonly forget: readonly Command[];
  /** Shows why it did not start. */
  readonly status: Command;
  /** What the user may want to know once it is installed. */
  readonly notes: readonly string[];
  files(spec: ServiceSpec): readonly ServiceFile[];
}

export interface ServicePlace {
  readonly platform: NodeJS.Platform;
  /** The user's home folder: an absolute path. */
  readonly home: string;
  /** Where the user's settings of all programs lie, as XDG_CONFIG_HOME says; a relative one is ignored. */
  readonly configDirectory?: string | undefined;
  /** The user's number; of launchd alone. */
  readonly userId?: number | undefined;
}

/**
 * The service manager of a host.
 *
 * @throws ZosiaError `ZOSIA_SERVICE_UNSUPPORTED` where there is none that zosia knows
 */
export function serviceManager(place: ServicePlace, name: string): ServiceManager {
  if (place.platform === 'linux') return systemd(place, name);
  if (place.platform === 'darwin') return launchd(place, name);
  throw new ZosiaError(
    'ZOSIA_SERVICE_UNSUPPORTED',
    `zosia cannot install a service on ${place.platform}`,
    { hint: 'Have its own service manager run the command.' },
  );
}

function systemd({ home, configDirectory = '' }: ServicePlace, name: string): ServiceManager {
  const folder = join(
    isAbsolute(configDirectory) ? configDirectory : join(home, '.config'),
    'systemd',
    'user',
  );
  const [socket, service] = [`${name}.socket`, `${name}.service`];
  const paths = [join(folder, socket), join(folder, service)] as const;
  const systemctl = (...args: string[]): Command => ['systemctl', '--user', ...args];
  return {
    paths,
    links: [join(folder, 'sockets.target.wants', socket)],
    probe: systemctl('show', '--property=Version'),
    // A socket is not listened on anew while its service runs.
    restart: [systemctl('daemon-reload'), systemctl('stop', socket, service)],
    start: [systemctl('daemon-reload'), systemctl('enable', '--now', socket)],
    stop: [systemctl('disable', '--now', socket, service)],
    forget: [systemctl('daemon-reload')],
    status: systemctl('status', socket, service),
    notes: ['It is there while you are logged in; to have it from boot on: loginctl enable-linger'],
    files: (spec) => [
      { path: paths[0], text: socketUnit(spec) },
      { path: paths[1], text: serviceUnit(spec) },
    ],
  };
}

function launchd({ home, userId = 0 }: ServicePlace, name: string): ServiceManager {
  const label = launchLabel(name);
  const path = join(home, 'Library', 'LaunchAgents', `${label}.plist`);
  const domain = `gui/${userId}`;
  return {
    paths: [path],
    links: [],
    probe: ['launchctl', 'print', domain],
    restart: [['launchctl', 'bootout', `${domain}/${label}`]],
    start: [['launchctl', 'bootstrap', domain, path]],
    stop: [['launchctl', 'bootout', `${domain}/${label}`]],
    forget: [],
    status: ['launchctl', 'print', `${domain}/${label}`],
    notes: ['It runs from your login on: launchd cannot start it when somebody asks.'],
    files: (spec) => [{ path, text: launchAgent(spec, home) }],
  };
}
