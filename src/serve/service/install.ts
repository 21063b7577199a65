import { readlink, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { makeOutput } from '../../host/output-file.js';
import { formatCommand } from '../../shell-word.js';
import { serviceManager } from './manager.js';
import type { ServicePlace } from './manager.js';
import { runCommand } from './run-command.js';
import type { RunCommand } from './run-command.js';
import { ownServiceFiles, writeServiceFiles } from './service-files.js';
import { checkServiceName, checkServiceSpec } from './service-spec.js';
import type { ServiceSpec } from './service-spec.js';

export interface InstallServiceOptions extends ServicePlace, ServiceSpec {
  /** Whether files of the service's name that zosia did not write are replaced. */
  readonly force?: boolean | undefined;
  /** Runs the commands of the service manager; tests play one. */
  readonly run?: RunCommand | undefined;
}

/** What has become of a service. */
export interface InstalledService {
  /** The files that were written. */
  readonly files: readonly string[];
  /** Whether it has been started; else nobody is there to do so now: no session of the user's manager. */
  readonly isStarted: boolean;
  /** What starts it, as lines of a shell: they have been run if it is started. */
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Has the user's service manager run a command: systemd once somebody asks at one of its addresses, launchd from
 * the login on. A service that zosia has installed by that name is replaced, and stopped first.
 *
 * @throws ZosiaError `ZOSIA_SERVICE_UNSUPPORTED`, `ZOSIA_SERVICE_INVALID`, `ZOSIA_SERVICE_FOREIGN_FILE`,
 *   `ZOSIA_SERVICE_NOT_STARTED` (its files are there then); as `writeOutput`
 */
export async function installService(options: InstallServiceOptions): Promise<InstalledService> {
  const { run = runCommand, force = false, name } = options;
  checkServiceSpec(options);
  const manager = serviceManager(options, name);
  await writeServiceFiles(manager.files(options), force);
  const isStarted = (await run(manager.probe)).succeeded;
  if (isStarted) {
    for (const each of manager.restart) await run(each);
    for (const each of manager.start) {
      const { succeeded, output } = await run(each);
      if (succeeded) continue;
      throw new ZosiaError(
        'ZOSIA_SERVICE_NOT_STARTED',
        `the service ${name} is installed, but did not start: ${firstLine(output)}`,
        { hint: `See why with: ${formatCommand(manager.status)}` },
      );
    }
  }
  return {
    files: manager.paths,
    isStarted,
    commands: manager.start.map(formatCommand),
    notes: manager.notes,
  };
}

export interface RemoveServiceOptions extends ServicePlace {
  readonly name: string;
  readonly run?: RunCommand | undefined;
}

/** What has been removed of a service. */
export interface RemovedService {
  /** The files that were removed: none if zosia had installed no service of that name. */
  readonly files: readonly string[];
  /** Whether the service manager was there to stop it. */
  readonly isStopped: boolean;
}

/**
 * Stops a service that zosia has installed, and removes its files.
 *
 * @throws ZosiaError `ZOSIA_SERVICE_UNSUPPORTED`, `ZOSIA_SERVICE_INVALID` (of the name),
 *   `ZOSIA_SERVICE_FOREIGN_FILE`, `ZOSIA_SERVICE_NOT_STOPPED` (its files are there still);
 *   `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function removeService(options: RemoveServiceOptions): Promise<RemovedService> {
  const { run = runCommand, name } = options;
  checkServiceName(name);
  const manager = serviceManager(options, name);
  const files = await ownServiceFiles(manager.paths);
  if (files.length === 0) return { files, isStopped: false };
  const isThere = (await run(manager.probe)).succeeded;
  if (isThere) await stop(name, manager, run);
  for (const link of manager.links) await removeLink(link, files);
  for (const file of files) await makeOutput(file, () => unlink(file));
  if (isThere) for (const each of manager.forget) await run(each);
  return { files, isStopped: isThere };
}

/** One that the manager does not know, as it was never started, counts as stopped. */
async function stop(
  name: string,
  { stop: commands, status }: ReturnType<typeof serviceManager>,
  run: RunCommand,
): Promise<void> {
  for (const each of commands) {
    const { succeeded, output } = await run(each);
    if (succeeded || /not loaded|does not exist|No such process|Could not find/i.test(output)) {
      continue;
    }
    throw new ZosiaError(
      'ZOSIA_SERVICE_NOT_STOPPED',
      `the service ${name} could not be stopped: ${firstLine(output)}`,
      { hint: `See why with: ${formatCommand(status)}` },
    );
  }
}

/** Removes the link that the manager has made to one of the files, where it was not there to do so itself. */
async function removeLink(link: string, files: readonly string[]): Promise<void> {
  const target = await readlink(link).catch(() => undefined);
  if (target === undefined || !files.includes(resolve(dirname(link), target))) return;
  await makeOutput(link, () => unlink(link));
}

const firstLine = (output: string): string => output.split('\n')[0]! || 'it gave no reason';
