import { beforeEach, describe, expect, it } from 'vitest';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { APT_FAILED, makeFakeDocker } from './fake-docker.js';
import type { FakeDocker } from './fake-docker.js';
import { nothing, withFakeBuilder } from './with-fake-builder.js';

const folder = temporaryFolder();
let docker: FakeDocker;
let count = 0;
beforeEach(async () => {
  docker = await makeFakeDocker(folder.file(`docker ${++count}`));
});

/** What Docker 20.10 to 28 print, step by step. */
const FAILURES = [
  [
    'version',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'ZOSIA_DOCKER_NOT_RUNNING',
    /Start Docker.*builder=host/,
  ],
  [
    'version',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version": dial unix /var/run/docker.sock: connect: permission denied',
    'ZOSIA_DOCKER_PERMISSION',
    /group docker/,
  ],
  ['version', '', 'ZOSIA_DOCKER_NOT_RUNNING', /Start Docker/],
  [
    'build',
    'write /var/lib/docker/tmp/GetImageBlob1: no space left on device',
    'ZOSIA_DISK_FULL',
    /docker system prune/,
  ],
  [
    'build',
    'Step 7/10 : RUN apt-get update     && apt-get install clang lld\nexec /bin/sh: exec format error\nThe command returned a non-zero code: 1',
    'ZOSIA_DOCKER_ARCHITECTURE',
    /baseImage/,
  ],
  [
    'build',
    'no matching manifest for linux/riscv64 in the manifest list entries',
    'ZOSIA_DOCKER_ARCHITECTURE',
    /baseImage/,
  ],
  [
    'build',
    'Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
    'ZOSIA_DOCKER_BASE_IMAGE',
    /debootstrap/,
  ],
  [
    'build',
    'pull access denied for nonesuch, repository does not exist or may require docker login',
    'ZOSIA_DOCKER_BASE_IMAGE',
    /baseImage/,
  ],
  ['build', APT_FAILED, 'ZOSIA_DOCKER_PACKAGES', /dockerNetwork=host/],
  [
    'build',
    '#8 0.512 E: Unable to locate package clang\nERROR: failed to solve: process "/bin/sh -c apt-get update" did not complete successfully: exit code: 100',
    'ZOSIA_DOCKER_PACKAGES',
    /mirror/,
  ],
  [
    'build',
    `E: Write error - write (28: No space left on device)\n${APT_FAILED}`,
    'ZOSIA_DISK_FULL',
    /prune/,
  ],
  [
    'pull',
    'Error response from daemon: manifest for debian:mine not found: manifest unknown',
    'ZOSIA_DOCKER_BASE_IMAGE',
    /debootstrap/,
  ],
  ['run cat', 'exec /usr/bin/cat: exec format error', 'ZOSIA_DOCKER_ARCHITECTURE', /baseImage/],
  [
    'run cat',
    "Unable to find image 'debian:mine' locally\ndocker: Error response from daemon: pull access denied for debian, repository does not exist.",
    'ZOSIA_DOCKER_BASE_IMAGE',
    /debootstrap/,
  ],
  [
    'run cat',
    'docker: Error response from daemon: failed to create task: exec: "cat": executable file not found in $PATH: unknown.',
    'ZOSIA_DOCKER_BASE_IMAGE',
    /Debian/,
  ],
  [
    'run cat',
    "cat: can't open '/etc/os-release': No such file or directory",
    'ZOSIA_DOCKER_BASE_IMAGE',
    /Debian/,
  ],
  [
    'run',
    'docker: Error response from daemon: failed to create shim: no space left on device.',
    'ZOSIA_DISK_FULL',
    /prune/,
  ],
  ['run', 'exec /usr/bin/sh: exec format error', 'ZOSIA_DOCKER_ARCHITECTURE', /baseImage/],
  ['run', 'docker: something new.', 'ZOSIA_DOCKER_FAILED', /docker info/],
] as const;

describe('a docker that fails', () => {
  it.each(FAILURES)('at its command %s with "%s" is %s', async (command, text, code, hint) => {
    await docker.fail(command, text);
    const failure = withFakeBuilder(docker, nothing, { baseImage: 'debian:mine' });
    await expect(failure).rejects.toThrow(zosiaError(code));
    await expect(failure).rejects.toMatchObject({ hint: expect.stringMatching(hint) as string });
    await expect(failure).rejects.not.toThrow(/\n/);
  });

  it('is not there on a host without the program', async () => {
    const failure = withFakeBuilder(docker, nothing, { searchPath: [folder.path] });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOCKER_NOT_FOUND'));
  });

  it('tells which of the files does not come out of the container', async () => {
    const failure = withFakeBuilder(docker, async (builder) => {
      await docker.fail('exec', 'tar: x: Cannot open: No space left on device');
      await builder.write([{ path: 'x', data: '' }]);
    });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
  });
});
