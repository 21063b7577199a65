import { fstatSync } from 'node:fs';
import { ZosiaError } from '../../errors.js';

/** A socket that whoever started this process listens on already, for `server.listen({ fd })`. */
export interface ListenTarget {
  readonly fd: number;
  /** What the unit of the socket calls it (FileDescriptorName=); `unknown` where it has no name. */
  readonly name: string;
}

/** Standard input, output and errors come first. */
const FIRST_FD = 3;
/** Far more than any unit has, and within what a process may have open. */
const MAX_SOCKETS = 1024;

const VARIABLES = ['LISTEN_PID', 'LISTEN_PIDFDID', 'LISTEN_FDS', 'LISTEN_FDNAMES'];

/**
 * The sockets that systemd hands to a service that a socket has started, by the rules of sd_listen_fds(3). Which
 * addresses they have, only the server can say once it listens: `server.address()`. Node.js gives none of them
 * to the processes that it starts.
 *
 * @param env usually `process.env`; the variables of the protocol are deleted from it, whatever they hold, so that
 *   no process that this one starts takes them for its own
 * @param pid of this process: variables that speak to another are ignored
 * @returns none where systemd hands over none
 * @throws ZosiaError `ZOSIA_LISTEN_FDS_INVALID`
 */
export function listenTargets(
  env: Record<string, string | undefined>,
  pid: number = process.pid,
): ListenTarget[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env;
  for (const name of VARIABLES) Reflect.deleteProperty(env, name);
  if (LISTEN_PID === undefined) return [];
  if (!isCount(LISTEN_PID)) throw invalid(`LISTEN_PID is ${JSON.stringify(LISTEN_PID)}`);
  if (Number(LISTEN_PID) !== pid || LISTEN_FDS === undefined) return [];
  if (!isCount(LISTEN_FDS) || Number(LISTEN_FDS) > MAX_SOCKETS) {
    throw invalid(`LISTEN_FDS is ${JSON.stringify(LISTEN_FDS)}`);
  }
  const count = Number(LISTEN_FDS);
  const names = LISTEN_FDNAMES?.split(':');
  if (names && names.length !== count) {
    throw invalid(`LISTEN_FDS is ${count}, and LISTEN_FDNAMES has ${names.length} names`);
  }
  return Array.from({ length: count }, (_, index) => {
    const fd = FIRST_FD + index;
    checkSocket(fd);
    return { fd, name: names?.[index] ?? 'unknown' };
  });
}

/** A decimal number above 0. */
const isCount = (text: string): boolean => /^[1-9]\d{0,9}$/.test(text);

function checkSocket(fd: number): void {
  let isSocket: boolean;
  try {
    isSocket = fstatSync(fd).isSocket();
  } catch (error) {
    throw invalid(`descriptor ${fd} is not open`, error);
  }
  if (!isSocket) throw invalid(`descriptor ${fd} is no socket`);
}

const invalid = (what: string, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_LISTEN_FDS_INVALID', `what systemd hands over cannot be used: ${what}`, {
    hint: 'Check the socket unit; or start it without: env -u LISTEN_PID, then the command.',
    cause,
  });
