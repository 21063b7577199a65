import type { CliContext } from '../context.js';
import type { BootModeFlags } from '../options/boot-mode.js';
import { printJson, say } from '../output/output.js';
import { announce, printCommand, sayNote } from './start.js';
import { filterForStdout } from '../output/escape-filter.js';
import { writeStdout } from '../output/stdout.js';
import { bootModeSpec, linuxArguments, runBootMode, withRunInitrd } from '../../machine/machine.js';
import type { BootMode, LinuxMachineSpec, RunRequest } from '../../machine/machine.js';

/** Boots in a mode; what the guest prints, or the diagnosis as JSON, goes to stdout. */
export async function startBootMode(
  spec: LinuxMachineSpec,
  request: RunRequest,
  mode: BootMode,
  flags: BootModeFlags,
  { signal, result }: CliContext,
): Promise<void> {
  announce(spec);
  const filter = filterForStdout();
  if (flags.dryRun) {
    await printCommand(spec, linuxArguments(bootModeSpec(spec, mode)));
    return;
  }
  const { exitStatus, facts, consoleTail } = await withRunInitrd(
    spec,
    { ...request, sealed: true },
    (initrd) =>
      runBootMode(
        { ...spec, initrd },
        {
          mode,
          signal,
          onNote: sayNote,
          timeoutSeconds: flags.timeout,
          onConsole: flags.json ? undefined : (bytes) => writeStdout(filter(bytes)),
        },
      ),
    signal,
  );
  if (flags.json) printJson({ exit_status: exitStatus, ...diagnosis(facts) });
  if (flags.json && exitStatus !== 0) say(consoleTail);
  result.exitStatus = exitStatus;
}

type JsonFact = string | number | readonly string[] | null;

/** The guest's facts as JSON has them: numbers, lists, null for what there is not. */
export function diagnosis(facts: Readonly<Record<string, string>>): Record<string, JsonFact> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]): [string, JsonFact] => [name, jsonFact(name, value)]),
  );
}

const SEPARATORS: Readonly<Record<string, string>> = { cpu_features: ' ', virtio_disks: ',' };
const IS_NUMBER = /^cpus$|_(?:mib|bytes)$/;

function jsonFact(name: string, value: string): JsonFact {
  if (value === 'none') return null;
  const separator = SEPARATORS[name];
  if (separator !== undefined) return value.split(separator).filter((word) => word !== '');
  return IS_NUMBER.test(name) ? Number(value) : value;
}
