import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readLock } from '../../../src/artifacts/lock.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { MIB } from '../../../src/image/units.js';
import type { Builder } from '../../../src/toolchain/builder.js';
import { unpackFile } from '../../../src/toolchain/docker/archive.js';
import { withDockerBuilder } from '../../../src/toolchain/docker/docker-builder.js';
import type { DockerBuilderOptions } from '../../../src/toolchain/docker/docker-builder.js';
import { BASE_IMAGE } from '../../../src/toolchain/docker/image-name.js';
import { TOOLCHAIN_DIRECTORY } from '../../../src/toolchain/sources.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { APT_FAILED, makeFakeDocker } from './fake-docker.js';
import type { FakeDocker } from './fake-docker.js';

const folder = temporaryFolder();
let docker: FakeDocker;
let count = 0;
beforeEach(async () => {
  docker = await makeFakeDocker(folder.file(`docker ${++count}`));
});

const withBuilder = <T>(
  use: (builder: Builder) => Promise<T>,
  options: Partial<DockerBuilderOptions> = {},
): Promise<T> =>
  withDockerBuilder(
    {
      toolchain: 'guest',
      searchPath: [docker.folder],
      findMirror: () => Promise.resolve(undefined),
      ...options,
    },
    use,
  );

const nothing = (): Promise<void> => Promise.resolve();
const started = async (command: string): Promise<string[][]> =>
  (await docker.calls()).filter(([first]) => first === command);

describe('withDockerBuilder', () => {
  it('writes files, runs programs where they are, and reads what these make', async () => {
    await withBuilder(async (builder) => {
      expect(builder).toMatchObject({ kind: 'docker', folder: '/home/zosia/build' });
      const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index);
      await builder.write([
        { path: 'a b/text', data: 'whole\nlines\n' },
        { path: 'a b/bytes', data: bytes },
      ]);
      const ran = await builder.run('sh', ['-c', 'cat text; cp bytes ../made'], { cwd: 'a b' });
      expect(ran).toEqual({ failed: false, reason: undefined, output: 'whole\nlines' });
      expect(Buffer.from(await builder.read('made')).equals(bytes)).toBe(true);
      const lines: string[] = [];
      await builder.run('cat', ['a b/text'], { onLine: (line) => void lines.push(line) });
      expect(lines).toEqual(['whole', 'lines']);
    });
  });

  it('copies a large file into a folder, which is made', async () => {
    await withBuilder(async (builder) => {
      const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => index);
      await builder.copy(accessBytes(bytes), 'a b/c/large');
      expect(Buffer.from(await builder.read('a b/c/large')).equals(bytes)).toBe(true);
    });
  });

  it('fails with the reason why a file that is copied cannot be read', async () => {
    const reason = new Error('became shorter');
    const source = { sizeBytes: 10 * MIB, read: () => Promise.reject(reason) };
    await expect(withBuilder((builder) => builder.copy(source, 'x'))).rejects.toBe(reason);
  });

  it('stops copying when it is cancelled', async () => {
    const controller = new AbortController();
    const source: RandomAccess = {
      sizeBytes: 2 ** 40,
      read(offset, length) {
        if (offset > 3 * MIB) controller.abort(new Error('enough'));
        return Promise.resolve(new Uint8Array(length));
      },
    };
    const failure = withBuilder((builder) => builder.copy(source, 'x'), {
      signal: controller.signal,
    });
    await expect(failure).rejects.toThrow('enough');
    expect(await docker.containers()).toEqual([]);
  });

  it('runs programs in the environment of compilers, and with the variables of a call', async () => {
    vi.stubEnv('CPATH', '/usr/include');
    await withBuilder(async (builder) => {
      const { output } = await builder.run('env', [], { env: { KBUILD_BUILD_USER: 'some body' } });
      expect(output).toContain('KBUILD_BUILD_USER=some body');
      expect(output).toContain('LC_ALL=C');
      expect(output).not.toContain('CPATH');
    }).finally(() => vi.unstubAllEnvs());
  });

  it('returns that a program has failed, or is not there', async () => {
    await withBuilder(async (builder) => {
      const failing = await builder.run('sh', ['-c', 'echo bad; exit 3']);
      expect(failing).toMatchObject({ failed: true, output: 'bad' });
      expect(failing.reason).toBe('sh fails in the container');
      expect(await builder.run('no-such-program', [])).toMatchObject({ failed: true });
      await expect(builder.read('no such file')).rejects.toThrow(zosiaError('ZOSIA_DOCKER_FAILED'));
    });
  });

  it('mounts no folder of the host, and gives the container neither network nor privileges', async () => {
    await withBuilder(nothing);
    const run = (await started('run')).at(-1);
    const line = run!.join(' ');
    expect(line).toContain('--rm --interactive --name zosia-');
    expect(line).toContain('--network none --cap-drop ALL --security-opt no-new-privileges');
    expect(line).not.toMatch(/--volume|--mount|--privileged|--user/);
  });

  it('keeps what was compiled of kernels in a volume', async () => {
    const launcher = await withBuilder(({ launcher }) => Promise.resolve(launcher), {
      toolchain: 'kernel',
    });
    expect(launcher).toBe('ccache');
    const run = (await started('run')).at(-1);
    expect(run!.join(' ')).toContain('--volume zosia-ccache-kernel:/home/zosia/.ccache');
  });

  describe('removes the container', () => {
    it('when the build has ended', async () => {
      await withBuilder(async () => {
        expect(await docker.containers()).toHaveLength(1);
      });
      expect(await docker.containers()).toEqual([]);
    });

    it('when the build has failed', async () => {
      const failure = withBuilder(() => Promise.reject(new Error('broken')));
      await expect(failure).rejects.toThrow('broken');
      expect(await docker.containers()).toEqual([]);
    });

    it('when the build is cancelled while a program runs', async () => {
      const controller = new AbortController();
      const failure = withBuilder(
        async (builder) => {
          const running = builder.run('sleep', ['60']);
          setTimeout(() => {
            controller.abort(new Error('enough'));
          }, 300);
          await running;
        },
        { signal: controller.signal },
      );
      await expect(failure).rejects.toThrow('enough');
      expect(await docker.containers()).toEqual([]);
    });
  });

  it('notices that the container has ended', async () => {
    const failure = withBuilder(async (builder) => {
      await docker.fail('exec', 'Error: container is not running');
      await docker.fail('container inspect', 'Error: No such container: x');
      await builder.run('true', []);
    });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOCKER_FAILED'));
    await expect(failure).rejects.toThrow('the container has ended');
  });
});

describe('the image of a toolchain', () => {
  it('is built of the Dockerfile that ships, once', async () => {
    const tags: string[] = [];
    const build = (): Promise<void> => withBuilder(nothing, { onBuild: (tag) => tags.push(tag) });
    await build();
    await build();
    expect(tags).toHaveLength(1);
    expect(tags[0]).toMatch(/^zosia-guest:[0-9a-f]{16}$/);
    const builds = await started('build');
    expect(builds).toHaveLength(1);
    expect(builds[0]).toContain(`BASE_IMAGE=${BASE_IMAGE}`);
    expect(builds[0]!.at(-1)).toBe('-');
    const context = await docker.context(1);
    expect(Buffer.from(await unpackFile(context))).toEqual(
      await readFile(join(TOOLCHAIN_DIRECTORY, 'guest/Dockerfile')),
    );
    const { snapshot } = await readLock();
    const source = `http://snapshot.debian.org/archive/debian/${snapshot.bookworm}/ bookworm main\n`;
    expect(context.includes(source)).toBe(true);
  });

  it('is another one for another base image', async () => {
    const tags: string[] = [];
    for (const baseImage of [undefined, 'debian:mine']) {
      await withBuilder(nothing, { baseImage, onBuild: (tag) => tags.push(tag) });
    }
    expect(new Set(tags).size).toBe(2);
  });

  it('is built in the network that is named', async () => {
    await withBuilder(nothing, { dockerNetwork: 'host' });
    const [build] = await started('build');
    expect(build!.join(' ')).toContain('--network host');
  });

  it.each([
    ['amd64', 'g++-aarch64-linux-gnu'],
    ['arm64', 'g++-x86-64-linux-gnu'],
    ['riscv64', 'g++-aarch64-linux-gnu g++-x86-64-linux-gnu'],
  ])('has, on %s, llama.cpp compiled by GCC and %s', async (architecture, packages) => {
    await docker.setBase('ID=debian\nVERSION_CODENAME=trixie\n', architecture);
    await withBuilder(nothing, { toolchain: 'llama' });
    expect((await started('build'))[0]).toContain(`CROSS_COMPILERS=${packages}`);
  });

  it.each(['', ' ', '-x', '--privileged', 'a b', 'debian:', ':tag', 'a@sha256:12'])(
    'is of no base image by the name %j',
    async (baseImage) => {
      const failure = withBuilder(nothing, { baseImage });
      await expect(failure).rejects.toThrow(zosiaError('ZOSIA_BAD_OPTION'));
      expect(await started('build')).toEqual([]);
    },
  );

  it.each(['debian', 'debian:bookworm-slim', 'registry.example:5000/a/b.c:1.2_3', BASE_IMAGE])(
    'is of the base image %s',
    async (baseImage) => {
      await withBuilder(nothing, { baseImage });
      expect(await started('build')).toHaveLength(1);
    },
  );
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
    const failure = withBuilder(nothing, { baseImage: 'debian:mine' });
    await expect(failure).rejects.toThrow(zosiaError(code));
    await expect(failure).rejects.toMatchObject({ hint: expect.stringMatching(hint) as string });
    await expect(failure).rejects.not.toThrow(/\n/);
  });

  it('is not there on a host without the program', async () => {
    const failure = withBuilder(nothing, { searchPath: [folder.path] });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOCKER_NOT_FOUND'));
  });

  it('tells which of the files does not come out of the container', async () => {
    const failure = withBuilder(async (builder) => {
      await docker.fail('exec', 'tar: x: Cannot open: No space left on device');
      await builder.write([{ path: 'x', data: '' }]);
    });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
  });
});
