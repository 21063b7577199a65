import { chmod, lstat, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installService, removeService } from '../../../src/serve/service/install.js';
import { runCommand } from '../../../src/serve/service/run-command.js';
import type { RunCommand } from '../../../src/serve/service/run-command.js';
import { MARKER } from '../../../src/serve/service/service-spec.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { underUmask } from '../../support/umask.js';
import { specWith } from './service-specs.js';

/** A service manager that does what a test wants. */
class Manager {
  readonly asked: string[] = [];

  /** @param failing what a command fails with that has some words in it */
  constructor(private readonly failing: Readonly<Record<string, string>> = {}) {}

  readonly run: RunCommand = (argv) => {
    const line = argv.join(' ');
    this.asked.push(line);
    const [, output] = Object.entries(this.failing).find(([words]) => line.includes(words)) ?? [];
    return Promise.resolve({ succeeded: output === undefined, output: output ?? '' });
  };
}

const ABSENT = { 'show --property=Version': 'Failed to connect to bus', 'print gui/': 'no' };

describe('a service', () => {
  const temporary = temporaryFolder();
  let count = 0;

  function onLinux(changes: object = {}) {
    const home = temporary.file(`home-${++count}`);
    const units = join(home, '.config', 'systemd', 'user');
    const files = [join(units, 'zosia.socket'), join(units, 'zosia.service')];
    return {
      options: { ...specWith(), platform: 'linux' as const, home, ...changes },
      units,
      files,
    };
  }

  function onMac() {
    const home = temporary.file(`home-${++count}`);
    const file = join(home, 'Library', 'LaunchAgents', 'local.zosia.plist');
    return { options: { ...specWith(), platform: 'darwin' as const, home, userId: 501 }, file };
  }

  it('is written and started by systemd, and stopped and removed again', async () => {
    const { options, units, files } = onLinux();
    const { run, asked } = new Manager();
    const installed = await installService({ ...options, run });
    expect(installed).toMatchObject({ files, isStarted: true });
    expect(installed.commands).toEqual([
      'systemctl --user daemon-reload',
      'systemctl --user enable --now zosia.socket',
    ]);
    expect(asked.slice(-2)).toEqual(installed.commands);
    expect(asked.indexOf('systemctl --user stop zosia.socket zosia.service')).toBeLessThan(
      asked.lastIndexOf('systemctl --user enable --now zosia.socket'),
    );
    expect((await readdir(units)).sort()).toEqual(['zosia.service', 'zosia.socket']);
    for (const file of files) {
      expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^# ${MARKER}\n`));
      expect((await lstat(file)).mode & 0o777).toBe(await underUmask(0o644));
    }

    await writeFile(join(units, 'other.service'), 'of somebody else');
    asked.length = 0;
    expect(await removeService({ ...options, run })).toEqual({ files, isStopped: true });
    expect(asked).toEqual([
      'systemctl --user show --property=Version',
      'systemctl --user disable --now zosia.socket zosia.service',
      'systemctl --user daemon-reload',
    ]);
    expect(await readdir(units)).toEqual(['other.service']);
    expect(await removeService({ ...options, run })).toEqual({ files: [], isStopped: false });
  });

  it('is written and started by launchd, and stopped and removed again', async () => {
    const { options, file } = onMac();
    const { run, asked } = new Manager({ bootout: 'Boot-out failed: 3: No such process' });
    const installed = await installService({ ...options, run });
    expect(installed).toMatchObject({ files: [file], isStarted: true });
    expect(asked).toEqual([
      'launchctl print gui/501',
      'launchctl bootout gui/501/local.zosia',
      `launchctl bootstrap gui/501 ${file}`,
    ]);
    expect(installed.commands).toEqual([`launchctl bootstrap gui/501 '${file}'`]);
    expect(await readFile(file, 'utf8')).toContain(`<!-- ${MARKER} -->`);
    expect(await removeService({ ...options, run })).toEqual({ files: [file], isStopped: true });
    expect(await readdir(dirname(file))).toEqual([]);
  });

  it('is only written where no manager runs, and the commands are left to the user', async () => {
    const { options, units, files } = onLinux();
    const { run, asked } = new Manager(ABSENT);
    const installed = await installService({ ...options, run });
    expect(installed).toMatchObject({ files, isStarted: false });
    expect(installed.commands).toContain('systemctl --user enable --now zosia.socket');
    expect(asked).toEqual(['systemctl --user show --property=Version']);

    // What "enable" leaves, as the user ran it; a link of somebody else's stays.
    const wants = join(units, 'sockets.target.wants');
    await mkdir(wants);
    await symlink(files[0]!, join(wants, 'zosia.socket'));
    await symlink('/nowhere', join(wants, 'other.socket'));
    expect(await removeService({ ...options, run })).toEqual({ files, isStopped: false });
    expect(await readdir(wants)).toEqual(['other.socket']);
  });

  it('does not need systemctl to be there', async () => {
    const { options } = onLinux();
    const run: RunCommand = ([, ...args]) => runCommand(['no-such-systemctl', ...args]);
    expect(await installService({ ...options, run })).toMatchObject({ isStarted: false });
  });

  it('goes where XDG_CONFIG_HOME says, unless that is relative', async () => {
    const { run } = new Manager(ABSENT);
    const configDirectory = temporary.file('settings');
    const absolute = await installService({ ...onLinux({ configDirectory }).options, run });
    expect(absolute.files[0]).toBe(join(configDirectory, 'systemd', 'user', 'zosia.socket'));
    const { options, files } = onLinux({ configDirectory: 'settings' });
    expect((await installService({ ...options, run })).files).toEqual(files);
  });

  it('is replaced by another that zosia installs', async () => {
    const { options, files } = onLinux();
    const { run } = new Manager();
    await installService({ ...options, run });
    await installService({ ...options, args: ['serve', 'second'], run });
    expect(await readFile(files[1]!, 'utf8')).toContain('"serve" "second"');
  });

  it('does not take the place of what zosia did not write, unless told', async () => {
    const { options, units, files } = onLinux();
    const { run, asked } = new Manager();
    await mkdir(units, { recursive: true });
    await writeFile(files[1]!, `[Unit]\nDescription=mine\n\n\n# ${MARKER}\n`);
    const foreign = zosiaError('ZOSIA_SERVICE_FOREIGN_FILE');
    await expect(installService({ ...options, run })).rejects.toThrow(foreign);
    expect(await readdir(units)).toEqual(['zosia.service']);
    await expect(removeService({ ...options, run })).rejects.toThrow(foreign);
    expect(await readFile(files[1]!, 'utf8')).toContain('Description=mine');
    expect(asked).toEqual([]);

    await installService({ ...options, run, force: true });
    expect(await readFile(files[1]!, 'utf8')).not.toContain('Description=mine');
  });

  it('does not take the place of a link, which may say that it must not run', async () => {
    const { options, units, files } = onLinux();
    const { run } = new Manager();
    await mkdir(units, { recursive: true });
    await symlink('/dev/null', files[0]!);
    const foreign = zosiaError('ZOSIA_SERVICE_FOREIGN_FILE');
    await expect(installService({ ...options, run })).rejects.toThrow(foreign);
    await expect(removeService({ ...options, run })).rejects.toThrow(foreign);
    expect((await lstat(files[0]!)).isSymbolicLink()).toBe(true);
  });

  it('is written whole or not at all', async () => {
    const { options, units, files } = onLinux();
    const { run, asked } = new Manager();
    await mkdir(files[1]!, { recursive: true });
    const installing = installService({ ...options, run, force: true });
    await expect(installing).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_UNWRITABLE'));
    expect(await readdir(units)).toEqual(['zosia.service']);

    await writeFile(files[0]!, 'of somebody else');
    const again = installService({ ...options, run, force: true });
    await expect(again).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_UNWRITABLE'));
    expect(await readFile(files[0]!, 'utf8')).toBe('of somebody else');
    expect(asked).toEqual([]);
  });

  it('says why it did not start, and where to see more', async () => {
    const { options, files } = onLinux();
    const { run } = new Manager({ 'enable --now': 'Job for zosia.socket failed.\nSee more.' });
    const installing = installService({ ...options, run });
    await expect(installing).rejects.toThrow(zosiaError('ZOSIA_SERVICE_NOT_STARTED'));
    await expect(installing).rejects.toMatchObject({
      message: 'the service zosia is installed, but did not start: Job for zosia.socket failed.',
      hint: 'See why with: systemctl --user status zosia.socket zosia.service',
    });
    expect(await readFile(files[0]!, 'utf8')).toContain('ListenStream');
  });

  it('stays if it cannot be stopped', async () => {
    const { options, units } = onLinux();
    await installService({ ...options, run: new Manager().run });
    const { run } = new Manager({ disable: 'Access denied' });
    await expect(removeService({ ...options, run })).rejects.toThrow(
      zosiaError('ZOSIA_SERVICE_NOT_STOPPED'),
    );
    expect(await readdir(units)).toHaveLength(2);
  });

  it('cannot be on other systems, of other names, or of what cannot be written down', async () => {
    const { options, units } = onLinux();
    const { run, asked } = new Manager();
    const unsupported = zosiaError('ZOSIA_SERVICE_UNSUPPORTED');
    const invalid = zosiaError('ZOSIA_SERVICE_INVALID');
    const other = { ...options, run, platform: 'win32' as const };
    await expect(installService(other)).rejects.toThrow(unsupported);
    await expect(removeService(other)).rejects.toThrow(unsupported);
    await expect(installService({ ...options, run, args: ['\0'] })).rejects.toThrow(invalid);
    await expect(removeService({ ...options, run, name: '../zosia' })).rejects.toThrow(invalid);
    await expect(lstat(units)).rejects.toThrow('ENOENT');
    expect(asked).toEqual([]);
  });
});

describe('runCommand', () => {
  const temporary = temporaryFolder();

  it('returns whether a program succeeded, and all that it printed', async () => {
    const program = temporary.file('prints');
    await writeFile(program, '#!/bin/sh\necho out\necho err >&2\nexit "$1"\n');
    await chmod(program, 0o755);
    expect(await runCommand([program, '0'])).toEqual({ succeeded: true, output: 'out\nerr' });
    expect(await runCommand([program, '3'])).toEqual({ succeeded: false, output: 'out\nerr' });
    const missing = await runCommand([temporary.file('missing')]);
    expect(missing).toEqual({ succeeded: false, output: expect.stringContaining('ENOENT') });
  });
});
