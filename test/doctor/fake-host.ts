import type { AcceleratorVerdict } from '../../src/machine/qemu/host-spec.js';
import type { CommandResult, DoctorHost } from '../../src/doctor/host.js';
import type { RestoreVerdict } from '../../src/machine/snapshot/restore-verdict.js';
import { folders } from '../../src/cli/environment.js';

export const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';

export interface FakeHost extends DoctorHost {
  /** Every command that was run, as one line. */
  readonly commands: string[];
  readonly programs: Set<string>;
  readonly files: Map<string, string>;
}

export interface FakeHostOptions {
  readonly platform?: NodeJS.Platform;
  readonly nodeArch?: string;
  /** Whether it is Apple silicon with a process for Intel. */
  readonly isTranslated?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly userId?: number;
  readonly osRelease?: string;
  /** Paths of programs that are there from the start. */
  readonly programs?: readonly string[];
  readonly aptLists?: readonly string[];
  readonly kvmError?: string;
  /** Files with their texts. */
  readonly files?: Readonly<Record<string, string>>;
  readonly verdict?: AcceleratorVerdict;
  readonly restore?: RestoreVerdict;
  /** What a command does; by default it succeeds and changes nothing. */
  readonly onRun?: (command: string, host: FakeHost) => Partial<CommandResult> | undefined;
}

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const {
    platform = 'linux',
    osRelease = DEBIAN,
    aptLists = ['x_main_binary-amd64_Packages'],
  } = options;
  const host: FakeHost = {
    platform,
    nodeArch: options.nodeArch ?? 'arm64',
    isTranslated: () => Promise.resolve(options.isTranslated ?? false),
    folders: folders(
      options.environment ?? { PATH: '/usr/bin:/bin', ZOSIA_CACHE: '/no/such/cache' },
    ),
    userId: options.userId ?? 0,
    commands: [],
    programs: new Set(options.programs ?? ['/usr/bin/apt-get']),
    files: new Map(Object.entries({ '/etc/os-release': osRelease, ...options.files })),
    isExecutable: (path) => Promise.resolve(host.programs.has(path)),
    isFile: (path) => Promise.resolve(host.files.has(path) || host.programs.has(path)),
    acceleratorVerdict: () => Promise.resolve(options.verdict),
    restoreVerdict: () => Promise.resolve(options.restore),
    openError: () => Promise.resolve(options.kvmError),
    freeMemoryMiB: () => Promise.resolve(1234),
    readText: (path) => Promise.resolve(host.files.get(path) ?? ''),
    list: (path) =>
      Promise.resolve(
        path === '/var/lib/apt/lists'
          ? [...aptLists]
          : [...host.files.keys()]
              .filter((file) => file.startsWith(`${path}/`))
              .map((file) => file.slice(path.length + 1).split('/')[0]!),
      ),
    run: (argv, log) => {
      const command = argv.join(' ');
      host.commands.push(command);
      log(`output of ${argv[0]}`);
      return Promise.resolve({ exitCode: 0, tail: [], ...options.onRun?.(command, host) });
    },
  };
  return host;
}
