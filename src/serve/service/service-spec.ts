import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { isWellFormed } from '../../formats/byte-string.js';
import { option, wording } from '../../wording.js';
import type { Text } from '../../wording.js';

/** What a service runs, and where it listens. */
export interface ServiceSpec {
  /** What the service manager calls it: ASCII letters, digits, `-` and `_`. */
  readonly name: string;
  /** The path of the program: absolute, as a service has no search path of the user's. */
  readonly command: string;
  readonly args: readonly string[];
  /** The absolute path of the folder that it runs in. */
  readonly folder: string;
  /** Variables that it has beside those of the service manager. Whoever may ask the manager can read them. */
  readonly environment: Readonly<Record<string, string>>;
  /** What systemd listens on until somebody asks: at least one address of an IP version, no names. */
  readonly listen: readonly ListenAddress[];
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What a service manager's file begins with if zosia wrote it: it is replaced and removed then. */
export const MARKER = 'Made by zosia, which replaces and removes this file.';

/** Variables that are secret. A service manager tells them to every process of the user. */
const SECRET = ['ZOSIA_API_KEY'];

/**
 * Refuses what no service manager can be told.
 *
 * @throws ZosiaError `ZOSIA_SERVICE_INVALID`
 */
export function checkServiceSpec(spec: ServiceSpec): void {
  const { name, command, args, folder, environment, listen } = spec;
  checkServiceName(name);
  if (!isAbsolute(command) || /["'\\\p{Cc}]/u.test(command) || !isWellFormed(command)) {
    throw invalid(
      `a service cannot run the program ${JSON.stringify(command)}`,
      'Its path has to be absolute, without quotes, backslashes and control characters: install it elsewhere.',
    );
  }
  for (const each of args) {
    if (each.includes('\0') || !isWellFormed(each)) {
      throw invalid(
        `a service cannot be given the argument ${JSON.stringify(each)}`,
        'Leave out NUL characters, and characters that have no form in UTF-8.',
      );
    }
  }
  if (!isAbsolute(folder) || /\p{Cc}|[\s\\]$/u.test(folder) || !isWellFormed(folder)) {
    throw invalid(
      `a service cannot run in the folder ${JSON.stringify(folder)}`,
      'Its path has to be absolute, without control characters, and not end in a blank or a backslash.',
    );
  }
  checkEnvironment(environment);
  if (listen.length === 0) {
    throw invalid('the service has no address to listen on', 'Give it one.');
  }
  for (const { host, port } of listen) {
    if (isIP(host) === 0) {
      throw invalid(
        `a service cannot listen on ${JSON.stringify(host)}, which is no IP address`,
        wording`Give an address with ${option('host')}, as 127.0.0.1 or ::1.`,
      );
    }
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw invalid(
        `${port} is no port that a service can listen on`,
        wording`Give one from 1 to 65535 with ${option('port')}.`,
      );
    }
  }
}

/** A part of {@link checkServiceSpec}: a name becomes one of files. */
export function checkServiceName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(name)) {
    throw invalid(
      `${JSON.stringify(name)} is no name for a service`,
      'Use letters, digits, - and _, and begin with a letter or a digit.',
    );
  }
}

function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (SECRET.includes(name)) {
      throw invalid(
        `${name} would be readable for every process of yours if the service had it`,
        wording`Put the key into a file of your own, and name it with ${option('apiKeyFile')}.`,
      );
    }
    const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
    // systemd takes no others: it would start the service without the variable.
    const isValue = /^(?:\P{Cc}|[\t\n])*$/u.test(value) && isWellFormed(value);
    if (!isName || !isValue) {
      throw invalid(
        `a service cannot have the variable ${JSON.stringify(name)} with the value ${JSON.stringify(value)}`,
        'Names have letters, digits and _; values have no control characters but tabs and ends of lines.',
      );
    }
  }
}

const invalid = (message: string, hint: Text): ZosiaError =>
  new ZosiaError('ZOSIA_SERVICE_INVALID', message, { hint });
