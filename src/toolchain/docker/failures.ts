import { stripVTControlCharacters } from 'node:util';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { DOCKER_ROOM } from '../room.js';

/**
 * What of `docker` failed, by what it printed: its words, and those of the daemon, over the versions from
 * 20.10 to 28. The first that fits is the reason; what is found in passing, like a base image that a daemon
 * without disk space cannot unpack, comes after what it is a consequence of.
 */
const FAILURES: readonly (readonly [RegExp, (line: string, output: string) => ZosiaError])[] = [
  [
    /permission denied while trying to connect|dial unix .*: permission denied/i,
    () =>
      new ZosiaError('ZOSIA_DOCKER_PERMISSION', 'you may not use the Docker daemon of this host', {
        hint: wording`Join the group docker and log in again, or compile with ${option('builder', 'host')}.`,
      }),
  ],
  [
    /cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker api|error during connect|unable to resolve docker endpoint/i,
    () =>
      new ZosiaError('ZOSIA_DOCKER_NOT_RUNNING', 'no Docker daemon answers', {
        hint: wording`Start Docker, or set DOCKER_HOST to where it listens; or compile with ${option('builder', 'host')}.`,
      }),
  ],
  [
    /no space left on device|disk quota exceeded/i,
    () =>
      new ZosiaError('ZOSIA_DISK_FULL', "Docker's storage is full", {
        hint: DOCKER_ROOM.hint,
      }),
  ],
  [
    /exec format error|no matching manifest for|does not match the (?:specified|detected host) platform|does not provide the specified platform/i,
    (line) =>
      new ZosiaError(
        'ZOSIA_DOCKER_ARCHITECTURE',
        `the base image is for another processor than the daemon's: ${line}`,
        { hint: wording`Name an image for this processor with ${option('baseImage')}.` },
      ),
  ],
  [
    // What apt-get exits with: of the programs in guest/toolchain's Dockerfiles no other one does.
    /returned a non-zero code: 100$|did not complete successfully: exit code: 100$/i,
    (_line, output) =>
      new ZosiaError(
        'ZOSIA_DOCKER_PACKAGES',
        `the compilers cannot be installed in the image: ${aptReason(output)}`,
        {
          hint: wording`Where containers have no network of their own, try ${option('dockerNetwork', 'host')}; name a mirror of Debian's archive with ${option('mirror')}.`,
        },
      ),
  ],
  [
    // A base image without Debian's programs, or one that does not say what it is.
    /"cat": executable file not found|\/etc\/os-release'?: No such file/i,
    () => notDebian(),
  ],
  [
    /pull access denied|manifest unknown|manifest for .* not found|failed to resolve (?:source metadata|reference)|failed to do request|no such image|Get "?https?:|dial tcp|no such host|i\/o timeout|TLS handshake|toomanyrequests|repository does not exist|invalid reference format|not found: manifest/i,
    (line) =>
      new ZosiaError('ZOSIA_DOCKER_BASE_IMAGE', `the base image cannot be had: ${line}`, {
        hint: wording`Name an image of Debian that the daemon has with ${option('baseImage')}; debootstrap and docker import make one without a registry.`,
      }),
  ],
];

/**
 * The error for a `docker` that failed.
 *
 * @param doing what it was to do: "the image is not built"
 * @param output all that it printed
 */
export function explainDockerFailure(doing: string, output: string): ZosiaError {
  // What programs in an image print on stderr comes in red.
  const text = stripVTControlCharacters(output);
  const lines = text.split('\n').map((line) => line.trim());
  for (const [pattern, error] of FAILURES) {
    const line = lines.find((each) => pattern.test(each));
    if (line !== undefined) return error(line, text);
  }
  const last = text.trim().split('\n').at(-1) ?? '';
  return new ZosiaError(
    'ZOSIA_DOCKER_FAILED',
    `${doing}: ${last === '' ? 'docker says nothing' : last}`,
    {
      hint: wording`See what docker info says, or compile with ${option('builder', 'host')}.`,
    },
  );
}

/** The first of apt's errors; BuildKit puts the step and the time before each line. */
const aptReason = (output: string): string =>
  /(?:^|\s)E: (.+)/m.exec(output)?.[1]?.trim() ?? 'apt says nothing';

export function dockerNotFound(): ZosiaError {
  return new ZosiaError('ZOSIA_DOCKER_NOT_FOUND', 'there is no program docker on this host', {
    hint: wording`Install Docker, or compile with ${option('builder', 'host')}.`,
  });
}

export function notDebian(): ZosiaError {
  return new ZosiaError(
    'ZOSIA_DOCKER_BASE_IMAGE',
    'the base image is of no release of Debian, nor of a derivative',
    { hint: wording`Name an image of Debian with ${option('baseImage')}.` },
  );
}
