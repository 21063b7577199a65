import type { CliContext } from '../context.js';
import { environment } from '../environment.js';
import { print, printJson, say, sayError, warn } from '../output/output.js';
import { announce, printCommand, sayNote } from '../start/start.js';
import type { ServeFlags } from './options.js';
import { openBrowser } from './open-browser.js';
import { decideMachines, prepareGuest, prepareServe } from './prepare.js';
import { requestLine } from './request-line.js';
import { checkKeys, keysFor, tlsFor } from './settings.js';
import { linuxArguments } from '../../machine/machine.js';
import { allowedHosts } from '../../serve/access/allowed-hosts.js';
import { checkExposure } from '../../serve/access/exposure.js';
import { urlOf } from '../../serve/listen/listen.js';
import { listenTargets } from '../../serve/listen/listen-targets.js';
import { describeMachine, planMachine } from '../../serve/machines/plan-machine.js';
import { openServer } from '../../serve/open-server.js';
import type { ApiKeys } from '../../serve/access/api-keys.js';
import type { ModelServer } from '../../serve/open-server.js';
import { whenAborted } from '../../host/until-aborted.js';
import { untilQuiet } from '../../serve/quiet-end.js';

/** How long nobody has to have been there, without a machine, for a server that systemd started to end, in ms. */
const QUIET_MS = 60_000;

/** Says where a server is, once it is there. */
async function tellReady(
  urls: readonly string[],
  made: ApiKeys['made'],
  { backend }: ModelServer,
  flags: ServeFlags,
): Promise<void> {
  const names = (await backend.models()).map(({ name }) => name);
  if (flags.json) {
    printJson({ urls, models: names, apiKeyFile: made?.path });
    return;
  }
  for (const url of urls) print(`ready on ${url}`);
  sayNote(`models: ${names.join(', ')}`);
}

/** Tells what machines fail of: once each, though all that wait for a machine fail of the same. */
function errorTeller({ signal, isDebug }: CliContext): (error: unknown) => void {
  const told = new WeakSet();
  return (error) => {
    if (signal.aborted) return;
    if (typeof error === 'object' && error !== null) {
      if (told.has(error)) return;
      told.add(error);
    }
    sayError(error, isDebug);
  };
}

/** `zosia serve`, until it is cancelled. */
export async function serve(
  models: readonly string[],
  serverArgs: readonly string[],
  flags: ServeFlags,
  context: CliContext,
): Promise<void> {
  const { signal } = context;
  const tellError = errorTeller(context);
  const handedOver = listenTargets(environment);
  const { insecure = false } = flags;
  // Where sockets that are handed over listen, the server says once it listens there itself.
  const host = handedOver.length > 0 ? undefined : flags.host;
  // What may be wrong is found out before anything is downloaded.
  const tls = await tlsFor(flags);
  const expose = (address: string, hasKey: boolean): void => {
    checkExposure({ host: address, hasKey, tls: tls !== undefined, insecure });
  };
  if (host !== undefined) expose(host, flags.key !== false);
  checkKeys(flags, host);
  const prepared = await prepareServe(models, serverArgs, flags, context);
  if (flags.dryRun) {
    for (const entry of await prepared.entries()) {
      const { machine } = await describeMachine(entry, prepared.plan, signal);
      announce(machine.spec);
      await printCommand(machine.spec, linuxArguments(machine.spec));
    }
    return;
  }
  const { keys, made } = await keysFor(flags, host);
  for (const note of tls?.notes ?? []) warn(note);

  let guest: Promise<void> | undefined;
  const server = await openServer({
    entries: prepared.entries,
    async plan(entry, leaving) {
      await guest;
      return planMachine(entry, prepared.plan, leaving);
    },
    listen: flags,
    handedOver,
    checkAddress: ({ address }) => {
      expose(address, keys.length > 0);
    },
    keys: keys.length > 0 ? keys : undefined,
    allowedHosts: (addresses) =>
      allowedHosts(
        host === undefined ? addresses.map(({ address }) => address) : [host],
        flags.allowHost,
      ),
    allowedOrigins: flags.cors,
    tls,
    parallel: flags.parallel,
    maxQueue: flags.queue,
    maxMachines: flags.maxMachines,
    memoryMiB: prepared.memoryMiB,
    keepMs: flags.keep,
    wakeMs: flags.timeout * 1000,
    patienceMs: flags.patience,
    onRequest: (record) => {
      if (record.model !== undefined || record.status >= 400) say(requestLine(record));
    },
    onWoken: (model, durationMs) => {
      sayNote(`the machine of ${model} woke in ${Math.round(durationMs)} ms`);
    },
    onDied: (model, error) => {
      warn(`the machine of ${model} ended`);
      tellError(error);
    },
    onError: tellError,
  });
  try {
    guest = prepareGuest(flags, context);
    await guest;
    await decideMachines(models, prepared, flags, context);
    const urls = server.addresses.map((address) => urlOf(address, tls !== undefined));
    await tellReady(urls, made, server, flags);
    if (flags.open) void openBrowser(urls[0]!);
    await (handedOver.length > 0
      ? untilQuiet(QUIET_MS, server.isBusy, signal)
      : whenAborted(signal));
  } finally {
    await server.close();
  }
}
