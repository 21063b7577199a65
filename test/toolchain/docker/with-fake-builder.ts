import type { Builder } from '../../../src/toolchain/builder.js';
import { withDockerBuilder } from '../../../src/toolchain/docker/docker-builder.js';
import type { DockerBuilderOptions } from '../../../src/toolchain/docker/docker-builder.js';
import type { FakeDocker } from './fake-docker.js';

/** Runs `use` with a builder whose `docker` is a fake, and which knows no mirror. */
export const withFakeBuilder = <T>(
  { folder }: FakeDocker,
  use: (builder: Builder) => Promise<T>,
  options: Partial<DockerBuilderOptions> = {},
): Promise<T> =>
  withDockerBuilder(
    {
      toolchain: 'guest',
      searchPath: [folder],
      findMirror: () => Promise.resolve(undefined),
      ...options,
    },
    use,
  );

export const nothing = (): Promise<void> => Promise.resolve();
