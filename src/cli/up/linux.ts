import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { linuxMachineOptions, runRequest } from '../options/linux.js';
import type { LinuxFlags } from '../options/linux.js';
import { embeddedModelNotice, say } from '../output/output.js';
import { applyProfile } from '../options/profile.js';
import { startLinuxMachine } from '../start/linux.js';
import { defaultPlaces } from '../../recipes/places.js';
import { prepareMachine } from '../../prepare/linux.js';

export interface LinuxUpFlags extends LinuxFlags, FetchFlags {}

/** `zosia up` for the Linux guest. */
export async function upLinux(
  named: string | undefined,
  given: LinuxUpFlags,
  context: CliContext,
): Promise<void> {
  const { flags, args } = await applyProfile(given);
  // What may be wrong is found out before anything is downloaded.
  const asked = await runRequest(flags);
  const { spec, model, llamaArgs } = await withFetchSettings(flags, context, (settings) =>
    prepareMachine({
      ...settings,
      model: named,
      places: defaultPlaces(),
      folders: folders(),
      machine: linuxMachineOptions(flags),
      contextTokens: flags.ctx,
    }),
  );
  if (named === undefined) say(embeddedModelNotice('zosia up model.gguf'));
  const request = { ...asked, args: [...args, ...llamaArgs, ...asked.args] };
  await startLinuxMachine(spec, request, flags, context, model.info);
}
