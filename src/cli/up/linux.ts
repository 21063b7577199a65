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
import type { ModelFlags } from '../options/models.js';
import { chosenWorkers } from '../options/workers.js';
import type { WorkersFlags } from '../options/workers.js';
import { chosenArchitecture } from '../options/values.js';
import { modelToStart } from './named-model.js';
import { startLinuxMachine } from '../start/linux.js';
import { sayWhatIsMissing } from '../start/start.js';
import { isModelHere } from '../../recipes/find-model.js';
import { defaultPlaces } from '../../recipes/places.js';
import { describeLinuxMachine, prepareLinuxMachine } from '../../prepare/linux.js';
import type { PrepareLinuxOptions } from '../../prepare/linux.js';
import { withRunDisk } from '../../prepare/run-disk.js';

export interface LinuxUpFlags extends LinuxFlags, FetchFlags, LlamaFlags, ModelFlags, WorkersFlags {
  base?: string | undefined;
  draft?: string | undefined;
}

/** `zosia up` for the Linux guest. */
export async function upLinux(
  model: string | undefined,
  given: LinuxUpFlags,
  context: CliContext,
): Promise<void> {
  const { flags, args } = await applyProfile(given);
  // What may be wrong is found out before anything is downloaded.
  const asked = await runRequest(flags);
  const chosen = await chosenWorkers(flags);
  const places = defaultPlaces();
  const { named, draft, models } = await modelToStart(model, flags, context, {
    arch: chosenArchitecture(flags.arch),
    form: 'gguf',
    modelsDir: places.modelsDir,
    draft: flags.draft,
    isHere: (name, found) => isModelHere(name, { modelsDir: places.modelsDir, named: found }),
  });
  const machine = await withFetchSettings(flags, context, async (settings) => {
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
      named: models,
      places,
      kernel: kind,
      base: flags.base,
      folders: folders(),
      machine: { ...linuxMachineOptions(flags), kernel: path },
      contextTokens: flags.ctx,
      draft,
      speculate: flags.speculate,
      llama: flags.llama,
      role: chosen && 'head',
      split: chosen?.split,
    };
    return flags.dryRun ? describeLinuxMachine(options) : prepareLinuxMachine(options);
  });
  if (named === undefined) say(embeddedModelNotice('zosia up model.gguf'));
  const { llamaArgs } = machine;
  const request = { ...asked, args: [...args, ...llamaArgs, ...asked.args] };
  if (flags.dryRun) await sayWhatIsMissing(machine.spec);
  await withRunDisk(
    machine,
    (spec) => startLinuxMachine(spec, request, flags, context, machine.model.info, chosen?.workers),
    context.signal,
  );
}
