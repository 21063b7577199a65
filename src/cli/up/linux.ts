import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { chosenKernel } from '../options/kernel.js';
import type { LlamaFlags } from '../options/llama.js';
import { linuxMachineOptions, runRequest } from '../options/linux.js';
import type { LinuxFlags } from '../options/linux.js';
import { embeddedModelNotice, say } from '../output/output.js';
import { applyProfile } from '../options/profile.js';
import { startLinuxMachine } from '../start/linux.js';
import { sayWhatIsMissing } from '../start/start.js';
import { defaultPlaces } from '../../recipes/places.js';
import { describeLinuxMachine, prepareLinuxMachine } from '../../prepare/linux.js';
import type { PrepareLinuxOptions } from '../../prepare/linux.js';
import { withRunDisk } from '../../prepare/run-disk.js';

export interface LinuxUpFlags extends LinuxFlags, FetchFlags, LlamaFlags {
  base?: string | undefined;
}

/** `zosia up` for the Linux guest. */
export async function upLinux(
  named: string | undefined,
  given: LinuxUpFlags,
  context: CliContext,
): Promise<void> {
  const { flags, args } = await applyProfile(given);
  // What may be wrong is found out before anything is downloaded.
  const asked = await runRequest(flags);
  const machine = await withFetchSettings(flags, context, async (settings) => {
    const places = defaultPlaces();
    const { arch } = settings;
    const { kind, path } = await chosenKernel(flags.kernel, {
      places,
      arch,
      uefi: flags.uefi,
      signal: context.signal,
    });
    const options: PrepareLinuxOptions = {
      ...settings,
      model: named,
      places,
      kernel: kind,
      base: flags.base,
      folders: folders(),
      machine: { ...linuxMachineOptions(flags), kernel: path },
      contextTokens: flags.ctx,
      llama: flags.llama,
    };
    return flags.dryRun ? describeLinuxMachine(options) : prepareLinuxMachine(options);
  });
  if (named === undefined) say(embeddedModelNotice('zosia up model.gguf'));
  const { model, llamaArgs } = machine;
  const request = { ...asked, args: [...args, ...llamaArgs, ...asked.args] };
  if (flags.dryRun) await sayWhatIsMissing(machine.spec);
  await withRunDisk(
    machine,
    (spec) => startLinuxMachine(spec, request, flags, context, model.info),
    context.signal,
  );
}
