import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { verifyHost } from './check.js';
import type { DoctorReport } from './check.js';
import type { CommandResult, DoctorHost } from './host.js';
import { installCommand, packagesFor } from './package-managers.js';
import { findOnHost } from './programs.js';
import { nameOf } from './requirement.js';

export interface InstallOptions {
  /** Installs without asking. */
  readonly yes?: boolean | undefined;
  /** Asks the user; absent where there is nobody to ask. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line worth showing while packages are installed. */
  readonly log?: ((line: string) => void) | undefined;
}

const APT_LISTS = '/var/lib/apt/lists';

/** Another apt may be at work, on a fresh machine most likely: wait for it. */
const APT_OPTIONS = ['-o', 'DPkg::Lock::Timeout=300'];

/**
 * Installs what a report says is missing, with apt or Homebrew.
 *
 * @returns a new report, in which nothing is missing; the same one if nothing was
 * @throws ZosiaError `ZOSIA_DOCTOR_NO_INSTALLER`, `ZOSIA_DOCTOR_NEEDS_ROOT`,
 *   `ZOSIA_DOCTOR_DECLINED` (also if nobody can be asked), `ZOSIA_DOCTOR_INSTALL_FAILED`;
 *   the signal's reason when cancelled
 */
export async function installMissing(
  report: DoctorReport,
  options: InstallOptions,
  host: DoctorHost,
): Promise<DoctorReport> {
  if (report.missing.length === 0) return report;
  const { manager, installer } = report.packages;
  const packages = packagesFor(report.missing, manager);
  if (manager === undefined || installer === undefined) throw noInstaller(report, packages);
  const byHand = installCommand(packages, manager, host.userId === 0);
  // Homebrew on Apple silicon refuses to run under Rosetta.
  const native = (await host.isTranslated()) ? ['/usr/bin/arch', '-arm64'] : [];
  const prefix = manager === 'apt' ? await rootPrefix(host, byHand, options.signal) : [];

  if (options.yes !== true) await askFirst(packages, byHand, options);
  options.log?.(`installing ${packages.join(' ')}`);
  const result =
    manager === 'apt'
      ? await installWithApt([...prefix, installer], packages, host, options)
      : await run([...native, installer, 'install', ...packages], host, options);
  if (result.exitCode !== 0) throw installFailed(byHand, result.tail.at(-1) ?? 'no reason given');

  const { purpose, arch } = report;
  const after = await verifyHost({ purpose, arch }, host);
  if (after.missing.length > 0) {
    const names = after.missing.map(nameOf).join(', ');
    throw installFailed(byHand, `${names} cannot be found even now`);
  }
  return after;
}

/** What to put before a command so that it runs with root's rights. */
async function rootPrefix(
  host: DoctorHost,
  byHand: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  // Packages must not ask questions; sudo drops the variable unless it is set behind it.
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (host.userId === 0) return quiet;
  const sudo = await findOnHost({ programs: ['sudo'] }, host);
  if (sudo !== undefined) {
    const allowed = await host.run([sudo, '-n', 'true'], () => undefined, signal);
    if (allowed.exitCode === 0) return [sudo, '-n', ...quiet];
  }
  throw new ZosiaError('ZOSIA_DOCTOR_NEEDS_ROOT', 'installing packages needs root', {
    hint: `Run this, then try again: ${byHand}`,
  });
}

async function installWithApt(
  aptGet: readonly string[],
  packages: readonly string[],
  host: DoctorHost,
  options: InstallOptions,
): Promise<CommandResult> {
  const apt = (...args: string[]): Promise<CommandResult> =>
    run([...aptGet, ...APT_OPTIONS, ...args], host, options);
  const install = (): Promise<CommandResult> =>
    apt('install', '-y', '--no-install-recommends', ...packages);

  const lists = await host.list(APT_LISTS);
  if (lists.some((name) => name.includes('_Packages'))) {
    const first = await install();
    // Old lists name packages that mirrors no longer have.
    if (first.exitCode === 0) return first;
  }
  const update = await apt('update');
  // A source that fails to update may not be the one that matters: what counts is the installation.
  const second = await install();
  return second.exitCode !== 0 && update.exitCode !== 0 ? update : second;
}

function run(
  argv: readonly string[],
  host: DoctorHost,
  { log, signal }: InstallOptions,
): Promise<CommandResult> {
  return host.run(argv as [string, ...string[]], log ?? (() => undefined), signal);
}

async function askFirst(
  packages: readonly string[],
  byHand: string,
  { confirm }: InstallOptions,
): Promise<void> {
  if (await confirm?.(`Install ${packages.join(', ')}?`)) return;
  throw new ZosiaError('ZOSIA_DOCTOR_DECLINED', `not installed: ${packages.join(', ')}`, {
    hint: wording`Give ${option('yes')} to install without being asked, or run: ${byHand}`,
  });
}

function noInstaller({ missing, packages }: DoctorReport, names: readonly string[]): ZosiaError {
  const { manager } = packages;
  const lacking = missing.map(nameOf).join(', ');
  const hint =
    manager === 'brew'
      ? `Install Homebrew first, then: ${installCommand(names, manager, false)}`
      : manager === 'port'
        ? `Homebrew runs on Apple silicon only; with MacPorts: ${installCommand(names, manager, false)}`
        : manager === undefined
          ? `Install them with your system's package manager; likely names: ${names.join(' ')}`
          : `Try: ${installCommand(names, manager, false)}`;
  return new ZosiaError('ZOSIA_DOCTOR_NO_INSTALLER', `missing: ${lacking}`, { hint });
}

function installFailed(byHand: string, reason: string): ZosiaError {
  return new ZosiaError('ZOSIA_DOCTOR_INSTALL_FAILED', `the installation failed: ${reason}`, {
    hint: `Run it by hand to see more: ${byHand}`,
  });
}
