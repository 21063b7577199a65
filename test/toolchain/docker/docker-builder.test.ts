import { beforeEach, describe, expect, it, vi } from 'vitest';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { MIB } from '../../../src/image/units.js';
import type { Builder } from '../../../src/toolchain/builder.js';
import type { DockerBuilderOptions } from '../../../src/toolchain/docker/docker-builder.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { makeFakeDocker } from './fake-docker.js';
import type { FakeDocker } from './fake-docker.js';
import { nothing, withFakeBuilder } from './with-fake-builder.js';

const folder = temporaryFolder();
let docker: FakeDocker;
let count = 0;
beforeEach(async () => {
  docker = await makeFakeDocker(folder.file(`docker ${++count}`));
});

const withBuilder = <T>(
  use: (builder: Builder) => Promise<T>,
  options: Partial<DockerBuilderOptions> = {},
): Promise<T> => withFakeBuilder(docker, use, options);

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
    const run = (await docker.started('run')).at(-1);
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
    const run = (await docker.started('run')).at(-1);
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
