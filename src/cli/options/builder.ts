import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { wholeNumber } from './values.js';
import { isOnCommandLine, variableOption } from '../variable-option.js';
import { say } from '../output/output.js';
import type { Builder } from '../../toolchain/builder.js';
import type { Toolchain } from '../../toolchain/docker/image.js';

/** Options of every command that compiles. */
export interface BuilderFlags {
  builder?: Builder['kind'] | undefined;
  baseImage?: string | undefined;
  dockerNetwork?: string | undefined;
  mirror?: string | undefined;
}

/** What only a container has a use for. */
const FOR_DOCKER = { baseImage: '--base-image', dockerNetwork: '--docker-network' } as const;

/** Adds the options but `--mirror`, which the commands that fetch something have already. */
export function addBuilderOptions(command: Command): Command {
  return command
    .addOption(
      variableOption(
        '--builder <name>',
        'where compilers run: docker or host; docker where a daemon answers, unless given',
        'ZOSIA_BUILDER',
        builderName,
      ),
    )
    .addOption(
      variableOption(
        '--base-image <image>',
        'the image of Debian or a derivative that compilers are installed into, for docker',
        'ZOSIA_BASE_IMAGE',
      ),
    )
    .addOption(
      variableOption(
        '--docker-network <name>',
        'the network that they are downloaded through; "host" where containers have none',
        'ZOSIA_DOCKER_NETWORK',
      ),
    );
}

/** For what compiles many files. */
export const jobsOption = (): Option =>
  new Option(
    '--jobs <n>',
    'processes at a time; as many as there are processors, and memory for, unless given',
  ).argParser(wholeNumber(1));

function builderName(text: string): Builder['kind'] {
  if (text === 'docker' || text === 'host') return text;
  throw new InvalidArgumentError('Give docker or host.');
}

/** Runs `use` with the builder that is asked for, or with the one there is. */
export async function withChosenBuilder<T>(
  toolchain: Toolchain,
  command: Command,
  { signal }: Pick<CliContext, 'signal'>,
  use: (builder: Builder) => Promise<T>,
): Promise<T> {
  const { searchPath } = folders();
  const flags = command.opts<BuilderFlags>();
  if ((await chosenKind(command, flags, signal)) === 'host') {
    const { withHostBuilder } = await import('../../toolchain/host/host-builder.js');
    return withHostBuilder({ searchPath, signal }, use);
  }
  const [{ withDockerBuilder }, { findMirror }] = await Promise.all([
    import('../../toolchain/docker/docker-builder.js'),
    import('../../toolchain/docker/mirror.js'),
  ]);
  return withDockerBuilder(
    {
      toolchain,
      searchPath,
      signal,
      baseImage: flags.baseImage,
      dockerNetwork: flags.dockerNetwork,
      findMirror: () => findMirror(flags.mirror, signal),
      onBuild: (tag) => {
        say(`building the image ${tag}, which takes a minute or two once`);
      },
      onOtherPackages: (from, tag) => {
        say(
          `the packages in the image are not those of Debian's pinned day, but from ${from} ` +
            `(docker image rm ${tag} has it built again)`,
        );
      },
    },
    use,
  );
}

async function chosenKind(
  command: Command,
  { builder }: BuilderFlags,
  signal: AbortSignal,
): Promise<Builder['kind']> {
  const forDocker = Object.entries(FOR_DOCKER).find(([name]) => isOnCommandLine(command, name));
  if (builder === 'host' && forDocker && isOnCommandLine(command, 'builder')) {
    command.error(`error: option '${forDocker[1]}' is for --builder docker`);
  }
  if (builder !== undefined) return builder;
  if (forDocker) return 'docker';
  const { dockerAnswers } = await import('../../toolchain/docker/client.js');
  return (await dockerAnswers(folders().searchPath, signal)) ? 'docker' : 'host';
}
