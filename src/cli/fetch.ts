import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { folders } from './environment.js';
import { addFetchOptions, withFetchSettings } from './options/fetch.js';
import type { FetchFlags } from './options/fetch.js';
import { requireOneOf } from './options/machine.js';
import { archOption, sha256Digest } from './options/values.js';
import { formatBytes, print, printJson, say } from './output/output.js';
import { changeLines } from './output/lock-changes.js';
import { startProgress } from './output/progress.js';
import { waitNotice } from './output/wait-notice.js';
import { COMPONENTS } from '../artifacts/lock.js';
import type { Component } from '../artifacts/lock.js';
import type { LockUpdate } from '../artifacts/update/update-lock.js';
import { ZosiaError } from '../errors.js';
import { defaultPlaces } from '../recipes/places.js';

interface Flags extends FetchFlags {
  update?: true | undefined;
  updateLock?: true | undefined;
  dryRun?: true | undefined;
  withoutApt?: true | undefined;
  from?: string | undefined;
  sha256?: string | undefined;
  json?: true | undefined;
}

export function defineFetch(command: Command, context: CliContext): void {
  command
    .addArgument(new Argument('[component...]', 'what to fetch').choices(COMPONENTS))
    .addOption(archOption());
  addFetchOptions(command)
    .addOption(
      new Option(
        '--update',
        "pin what Debian's suites have now, by their signed index, then fetch it; with --from, what is there now",
      ).conflicts(['offline', 'frozen']),
    )
    // Its name before.
    .addOption(new Option('--update-lock').conflicts(['offline', 'frozen']).hideHelp())
    .addOption(
      new Option(
        '--dry-run',
        'with --update: print what would be pinned, and change nothing',
      ).conflicts(['from']),
    )
    .addOption(
      new Option(
        '--without-apt',
        'with --update: check the signed index without apt, where there is one',
      ).conflicts(['from']),
    )
    .addOption(
      new Option(
        '--from <place>',
        "take kernel and root file system of Buildroot's output: a folder, a tar archive, or its URL",
      ).conflicts(['offline', 'frozen', 'mirror']),
    )
    .addOption(
      new Option('--sha256 <digest>', 'with --from: what the tar archive must have').argParser(
        sha256Digest,
      ),
    )
    .addOption(new Option('--json', 'print what was fetched as JSON').conflicts(['dryRun']))
    .addHelpText(
      'after',
      `
Without names it fetches llama, which is llama.cpp: all that a guest lacks, since a kernel comes along. kernel
is Debian's, for --kernel debian; kernel-source is what zosia build kernel compiles.

Packages are pinned in artifacts.lock.json by version, size and sha256, and every byte is checked
before it is used. The cache is shared by all projects; ZOSIA_CACHE moves it.
ZOSIA_DEBIAN_MIRROR=URL names a mirror of Debian's archive to be asked first: any will do, since what
it gives has to have the pinned sha256.

--update pins what the suites have now: all, or the named components with what comes from the same suite.
The index is checked by apt on a Debian host, else with the keys that come along; one that is signed by
another key, has expired, or is older than the lock is refused.

--from takes images/Image or images/bzImage, and images/rootfs.cpio or rootfs.tar, packed or not, into
artifacts/<arch>/base, and pins them in zosia.lock.json here. The same place with other bytes is refused
from then on, unless --update is given. What was taken is called buildroot:

  zosia fetch --from ~/buildroot/output
  zosia fetch --from https://example.org/buildroot-output.tar.xz --sha256 DIGEST
  zosia image initramfs --base buildroot
  zosia run --kernel buildroot --initrd artifacts/aarch64/layered/initramfs.cpio`,
    )
    .action(async (components: Component[], flags: Flags) => {
      requireOneOf(command, '--sha256', ['--from']);
      if (flags.updateLock) command.setOptionValue('update', true);
      const isUpdate = flags.update ?? flags.updateLock ?? false;
      requireOneOf(command, '--dry-run', ['--update']);
      requireOneOf(command, '--without-apt', ['--update']);
      if (flags.from !== undefined) {
        await takeBuildroot(flags.from, components, { ...flags, update: isUpdate }, context);
        return;
      }
      const update = isUpdate ? await updateLockFile(components, flags, context) : undefined;
      if (flags.dryRun) return;
      const { fetchComponents } = await import('../artifacts/fetch.js');
      const packages = await withFetchSettings(flags, context, (settings) =>
        fetchComponents({
          ...settings,
          components: components.length > 0 ? components : undefined,
        }),
      );
      if (flags.json) printJson(update ? { update, packages } : packages);
      else {
        for (const { name, version, sizeBytes, path } of packages) {
          print(`${name} ${version} (${formatBytes(sizeBytes)})  ${path}`);
        }
      }
    });
}

/** Updates the lock that ships with zosia, and prints what is different, unless that goes into JSON. */
async function updateLockFile(
  components: readonly Component[],
  { mirror, withoutApt, dryRun, json }: Flags,
  { signal }: CliContext,
): Promise<Pick<LockUpdate, 'checkedBy' | 'components' | 'changes' | 'written'>> {
  const { updateLock } = await import('../artifacts/update/update-lock.js');
  const { checkedBy, changes, written, ...update } = await updateLock({
    cacheDir: folders().cacheDirectory,
    components: components.length > 0 ? components : undefined,
    mirror,
    withoutApt,
    dryRun,
    signal,
    log: say,
  });
  if (!json) for (const line of changeLines(changes)) print(line);
  return { checkedBy, components: update.components, changes, written };
}

async function takeBuildroot(
  from: string,
  components: readonly Component[],
  { arch, sha256, update, json }: Omit<Flags, 'update'> & { readonly update: boolean },
  { signal }: CliContext,
): Promise<void> {
  if (components.length > 0) {
    throw new ZosiaError('ZOSIA_BAD_OPTION', '--from takes no component', {
      hint: `Leave out ${components.join(' ')}: what is there of a kernel and a root file system is taken.`,
    });
  }
  const { fetchBuildroot } = await import('../recipes/buildroot.js');
  const progress = startProgress();
  try {
    const fetched = await fetchBuildroot({
      places: defaultPlaces(),
      from,
      arch,
      sha256,
      updateLock: update,
      signal,
      onBytes: (name, received, total) => {
        progress.update(name, received, total);
      },
      onWait: waitNotice(),
    });
    progress.stop();
    for (const note of fetched.notes) say(note);
    if (json) printJson(fetched);
    else {
      const { kernel, kernelPath, rootfs, rootfsPath } = fetched;
      if (kernel) print(`${fetched.arch} kernel (${formatBytes(kernel.sizeBytes)})  ${kernelPath}`);
      if (rootfs) print(`${fetched.arch} rootfs (${formatBytes(rootfs.sizeBytes)})  ${rootfsPath}`);
    }
  } finally {
    progress.stop();
  }
}
