import { cachedPlaces } from '../cached-places.js';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { withFetchSettings } from '../options/fetch.js';
import { hostOptions } from '../options/machine.js';
import { chosenArchitecture } from '../options/values.js';
import { chosenPeers } from '../options/workers.js';
import { print, printJson, sayError, warn } from '../output/output.js';
import { settingsFolder } from '../settings-folder.js';
import { announce, printCommand, sayNote } from '../start/start.js';
import type { WorkerFlags } from './flags.js';
import {
  SERVER_PORT_NAME,
  findQemu,
  hostFreeMiB,
  linuxArguments,
  resolveLinuxMachine,
  runWorker,
  withInstantStart,
} from '../../machine/machine.js';
import type { LinuxMachineSpec } from '../../machine/machine.js';
import { linuxGuest } from '../../recipes/linux-guest.js';
import { bootedFiles } from '../../recipes/places.js';
import { hostAndPort } from '../../host/loopback.js';
import { workerKey } from '../../workers/keys/worker-key.js';
import { checkTunnelExposure } from '../../workers/tunnel/exposure.js';
import { WorkerMachine } from '../../workers/machine/worker-machine.js';
import { listenTunnel } from '../../workers/tunnel/listen-tunnel.js';

/** What is left to the host of its free memory. */
const TAKEN_SHARE = 0.9;
const STEP_MIB = 64;

/** `zosia worker`, until it is cancelled. */
export async function runWorkerCommand(flags: WorkerFlags, context: CliContext): Promise<void> {
  const { signal } = context;
  const arch = chosenArchitecture(flags.arch);
  await findQemu(arch, folders().searchPath);
  const { host, port } = flags.listen;
  checkTunnelExposure({ address: host, hasKeys: flags.peers !== undefined, allow: flags.allow });
  if (flags.dryRun) {
    const spec = await machineOf(flags);
    await printCommand(spec, linuxArguments(spec));
    return;
  }
  const peers = await chosenPeers(flags.peers);
  const key = peers && (await workerKey(settingsFolder()));
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  let spec: LinuxMachineSpec;
  let ready: (() => void) | undefined;
  const machine = new WorkerMachine({
    run: ({ signal: over, onAwake }) =>
      withInstantStart(
        {
          request: { args: [], worker: true },
          ports: [SERVER_PORT_NAME],
          snapshots: { cacheDirectory: folders().cacheDirectory, areKept: false, isFresh: false },
          wakeSettings: () => ({}),
          onNote: sayNote,
        },
        (start) => runWorker(spec, { start, signal: over, onAwake, onNote: sayNote }),
      ),
    onAwake: (freeMiB) => {
      ready?.();
      ready = undefined;
      sayNote(`the machine is there, and has ${freeMiB} MiB to give`);
    },
    onDied: (error) => {
      warn('the machine ended, and is started again');
      sayError(error, context.isDebug);
    },
  });
  const tunnel = await listenTunnel({
    address: host,
    port,
    key,
    peers,
    allow: flags.allow,
    open: (leaving) => machine.connect(leaving),
    onNote: sayNote,
    signal: until,
  });
  try {
    await withFetchSettings(flags, context, (settings) =>
      linuxGuest({
        ...settings,
        role: 'worker',
        places: cachedPlaces(),
        cacheDir: folders().cacheDirectory,
      }),
    );
    spec = await machineOf(flags);
    announce(spec);
    const where = hostAndPort(tunnel.address, tunnel.port);
    ready = () => {
      if (flags.json) printJson({ listens: where, fingerprint: key?.fingerprint });
      else print(`ready on ${where}`);
    };
    await machine.run(signal);
  } finally {
    ending.abort();
    await tunnel.close();
  }
}

async function machineOf(flags: WorkerFlags): Promise<LinuxMachineSpec> {
  const arch = chosenArchitecture(flags.arch);
  const freeMiB = Math.floor(((await hostFreeMiB()) * TAKEN_SHARE) / STEP_MIB) * STEP_MIB;
  return resolveLinuxMachine(
    {
      ...hostOptions({ ...flags, serial: undefined }),
      ramMiB: flags.ram ?? freeMiB,
      arch,
      defaults: bootedFiles(cachedPlaces(), arch, { role: 'worker' }),
      arePlanned: flags.dryRun,
    },
    folders(),
  );
}
