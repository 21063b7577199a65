import { isIP } from 'node:net';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { parseMemoryMiB } from './memory-size.js';

/** Where a worker is. */
export interface WorkerAddress {
  /** As its user wrote it, without what follows `=`. */
  readonly name: string;
  /** An address or a name, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What its user says that its machine has. */
  readonly memoryMiB: number | undefined;
}

/** That of ggml-rpc-server. */
export const DEFAULT_PORT = 50052;
/** llama.cpp has room for 16 devices, and takes a split for one less (llama_max_devices). */
export const MAX_WORKERS = 15;

/**
 * Parses a list of workers, `host:port,host,[fd00::1]:port`; each may have its memory, `host=16GiB`.
 *
 * @throws ZosiaError `ZOSIA_WORKERS_INVALID`
 */
export function parseWorkers(text: string): WorkerAddress[] {
  const workers = text.split(',').map((item) => parseWorker(item.trim()));
  const known = new Map<string, string>();
  for (const { name, host, port } of workers) {
    const place = `${canonicalHost(host)} ${port}`;
    const before = known.get(place);
    if (before !== undefined) {
      throw invalid(
        before === name ? `${name} is named twice` : `${before} and ${name} are the same worker`,
      );
    }
    known.set(place, name);
  }
  if (workers.length > MAX_WORKERS) {
    throw invalid(`there are ${workers.length} workers; llama.cpp takes ${MAX_WORKERS} at most`);
  }
  return workers;
}

function parseWorker(item: string): WorkerAddress {
  const [name = '', memory, ...others] = item.split('=');
  if (name === '') throw invalid('the address of a worker is empty');
  const { host, port } = parseAddress(name);
  const memoryMiB = memory === undefined ? undefined : parseMemoryMiB(memory);
  if (others.length > 0 || (memory !== undefined && memoryMiB === undefined)) {
    throw invalid(`${JSON.stringify(item)} ends in no size, such as 16GiB or 512MiB`);
  }
  return { name, host, port, memoryMiB };
}

/** An address in brackets or a host, and a port. */
const ADDRESS = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/;

function parseAddress(name: string): Pick<WorkerAddress, 'host' | 'port'> {
  const said = JSON.stringify(name);
  // Nobody could tell where such an address ends, and its port begins.
  if (!name.startsWith('[') && name.split(':').length > 2) {
    throw invalid(`${said} needs brackets around its address of IPv6`);
  }
  const [, bracketed, plain, digits] = ADDRESS.exec(name) ?? [];
  const host = bracketed ?? plain ?? '';
  if (bracketed === undefined ? !isHost(host) : isIP(host) !== 6) {
    throw invalid(`${said} is no address of a worker`);
  }
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if ((digits !== undefined && !/^[1-9]\d{0,4}$/.test(digits)) || port > 65535) {
    throw invalid(`${said} has no port from 1 to 65535`);
  }
  return { host, port };
}

/** A label of a name; underscores are in use, too. */
const LABEL = /^\w(?:[\w-]{0,61}\w)?$/;

function isHost(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  // What ends in digits is an address, or was meant to be one.
  if (/^\d+$/.test(labels.at(-1)!)) return isIP(host) === 4;
  return host.length <= 253 && labels.every((label) => LABEL.test(label));
}

/** As one and the same host is always written; what its name stands for is not looked up. */
function canonicalHost(host: string): string {
  return isIP(host) === 6 && !host.includes('%')
    ? new URL(`http://[${host}]`).hostname
    : host.toLowerCase().replace(/\.$/, '');
}

const invalid = (why: string): ZosiaError =>
  new ZosiaError('ZOSIA_WORKERS_INVALID', why, {
    hint: wording`Name workers as in ${option('workers', '192.168.1.7:50052,[fd00::1]:50052,box=16GiB')}.`,
  });
