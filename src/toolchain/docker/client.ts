import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import { findProgram } from '../../host/programs.js';
import type { Ran } from '../builder.js';
import { runProgram } from '../run-program.js';
import type { RunProgramOptions } from '../run-program.js';
import { dockerNotFound, explainDockerFailure } from './failures.js';

/** A daemon that does not answer in this time is none: one across a network that is away, for instance. */
const ANSWER_MS = 20_000;

/** The program `docker`, whose variables (`DOCKER_HOST` and others) say where the daemon is. */
export class DockerClient {
  readonly program: string;
  /** Ends what is under way. */
  readonly signal: AbortSignal | undefined;

  private constructor(program: string, signal: AbortSignal | undefined) {
    this.program = program;
    this.signal = signal;
  }

  /**
   * Finds `docker`, and a daemon that answers.
   *
   * @throws ZosiaError `ZOSIA_DOCKER_NOT_FOUND`, `ZOSIA_DOCKER_NOT_RUNNING`, `ZOSIA_DOCKER_PERMISSION`,
   *   `ZOSIA_DOCKER_FAILED`
   */
  static async connect(searchPath: readonly string[], signal?: AbortSignal): Promise<DockerClient> {
    const program = await findProgram(['docker'], searchPath);
    if (program === undefined) throw dockerNotFound();
    const client = new DockerClient(program, signal);
    const args = ['version', '--format', '{{.Server.Version}}'];
    const { failed, output } = await client.run(args, { timeoutMs: ANSWER_MS });
    if (!failed) return client;
    const said = output.trim() === '' ? 'Cannot connect to the Docker daemon: no answer' : output;
    throw explainDockerFailure('the daemon cannot be used', said);
  }

  /** Runs `docker` to its end. One that fails is no exception. */
  async run(args: readonly string[], options: RunProgramOptions = {}): Promise<Ran> {
    return runProgram(this.program, args, { signal: this.signal, ...options });
  }

  /** Runs `docker`, and gives what it printed. @throws ZosiaError as `explainDockerFailure` */
  async must(
    doing: string,
    args: readonly string[],
    options: RunProgramOptions = {},
  ): Promise<string> {
    const { failed, output } = await this.run(args, options);
    if (failed) throw explainDockerFailure(doing, output);
    return output;
  }

  /** {@link must} for a program that prints bytes. */
  async bytes(doing: string, args: readonly string[]): Promise<Uint8Array> {
    const { failed, stdout, stderr } = await execa(this.program, args, {
      stdin: 'ignore',
      encoding: 'buffer',
      reject: false,
      ...(this.signal === undefined ? {} : { cancelSignal: this.signal }),
    });
    this.signal?.throwIfAborted();
    if (failed) throw explainDockerFailure(doing, Buffer.from(stderr).toString());
    return stdout;
  }
}

/** Whether this host has a Docker daemon that answers its user. @throws the signal's reason when cancelled */
export async function dockerAnswers(
  searchPath: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await DockerClient.connect(searchPath, signal);
    return true;
  } catch (error) {
    if (error instanceof ZosiaError) return false;
    throw error;
  }
}
