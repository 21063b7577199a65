import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerClient } from '../../../src/machine/llama-server/client.js';
import type { LlamaPrograms } from '../../support/llama-programs.js';

/** llama-server on a socket of this host, as the guest has it on one of its own. */
export class LlamaServer implements AsyncDisposable {
  private constructor(
    private readonly path: string,
    private readonly running: ReturnType<LlamaPrograms['start']>,
  ) {}

  /**
   * @param path of the socket
   * @param variant of ggml, where it is not to be the best for this host
   */
  static async start(
    programs: LlamaPrograms,
    path: string,
    args: readonly string[],
    variant?: string,
  ): Promise<LlamaServer> {
    const options = ['--host', path, '--parallel', '1', '--jinja', '--no-warmup', '--no-escape'];
    const running = programs.start('llama-server', [...options, ...args], variant);
    const server = new LlamaServer(path, running);
    while (!(await server.isHealthy())) {
      if (running.exitCode !== null)
        throw new Error(Buffer.from((await running).stderr).toString());
      await delay(20);
    }
    return server;
  }

  /** Makes a connection, as the guest's init does. */
  readonly connect = (): Socket => connect(this.path);

  private async isHealthy(): Promise<boolean> {
    try {
      const { status } = await new ServerClient(this.connect).send('/health');
      return status === 200;
    } catch {
      // It does not listen yet.
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.running.kill('SIGKILL');
    await this.running;
  }
}
