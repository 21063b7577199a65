import type { CliContext } from '../context.js';
import { linuxMachineOptions, runRequest } from '../options/linux.js';
import type { LinuxFlags } from '../options/linux.js';
import { chosenArchitecture } from '../options/values.js';
import { say, warn } from '../output/output.js';
import { applyProfile } from '../options/profile.js';
import { embeddedModelNotice } from './embedded-model-notice.js';
import { startProgress } from '../output/progress.js';
import { startLinuxMachine } from '../start/linux.js';
import { defaultPlaces } from '../../recipes/places.js';
import { prepareMachine } from '../../up/linux.js';

export interface LinuxUpFlags extends LinuxFlags {
  frozen?: true;
  offline?: true;
}

/** `zosia up` for the Linux guest. */
export async function upLinux(
  model: string | undefined,
  given: LinuxUpFlags,
  context: CliContext,
): Promise<void> {
  const { flags, args } = await applyProfile(given);
  const progress = await startProgress();
  const { spec, llamaArgs } = await prepareMachine({
    arch: chosenArchitecture(flags.arch),
    model,
    places: defaultPlaces(),
    machine: linuxMachineOptions(flags),
    ...(flags.ctx === undefined ? {} : { contextTokens: flags.ctx }),
    frozen: flags.frozen ?? false,
    offline: flags.offline ?? false,
    signal: context.signal,
    warn,
    log: say,
    onProgress: ({ name, receivedBytes, sizeBytes }) => {
      progress.update(name, receivedBytes, sizeBytes);
    },
  }).finally(() => {
    progress.stop();
  });
  if (model === undefined) say(embeddedModelNotice('zosia up model.gguf'));
  await startLinuxMachine(spec, runRequest(flags, [...args, ...llamaArgs]), flags, context);
}
