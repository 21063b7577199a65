import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerConnection } from '../../../src/machine/llama-server/connection.js';
import type { LlamaPrograms } from '../../support/llama-programs.js';

/** llama-server on a socket of this host, as the guest has it on one of its own. */
export class LlamaServer implements AsyncDisposable {
  private constructor(
    private readonly path: string,
    private readonly running: ReturnType<LlamaPrograms['start']>,
  ) {}

  /** @param path of the socket */
  static async start(
    programs: LlamaPrograms,
    path: string,
    args: readonly string[],
  ): Promise<LlamaServer> {
    const options = ['--host', path, '--parallel', '1', '--jinja', '--no-warmup', '--no-escape'];
    const running = programs.start('llama-server', [...options, ...args]);
    const server = new LlamaServer(path, running);
    while (!(await server.isHealthy())) {
      if (running.exitCode !== null) throw new Error((await running).stderr.toString());
      await delay(20);
    }
    return server;
  }

  /** A new connection, as the relay of the guest makes them. */
  async open(): Promise<Socket> {
    const socket = connect(this.path);
    await once(socket, 'connect');
    return socket;
  }

  /**
   * A port as the guest relays it: it connects at the first byte, and anew at the next one after the server
   * has hung up.
   */
  relayed(): RelayedPort {
    return new RelayedPort(this.path);
  }

  private async isHealthy(): Promise<boolean> {
    const socket = await this.open().catch(() => undefined);
    if (!socket) return false;
    const { status } = await new ServerConnection(socket).send('/health');
    socket.destroy();
    return status === 200;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.running.kill('SIGKILL');
    await this.running;
  }
}

class RelayedPort extends Duplex {
  #socket: Socket | undefined;
  /** How often it has connected. */
  connections = 0;

  constructor(private readonly path: string) {
    super();
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket ??= this.#connect();
    this.#socket.write(bytes, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.destroy();
    done(error);
  }

  /** Waits until the server has hung up. */
  async disconnected(): Promise<void> {
    if (this.#socket) await once(this.#socket, 'close');
  }

  #connect(): Socket {
    this.connections++;
    const socket = connect(this.path);
    socket.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) socket.pause();
    });
    socket.on('close', () => {
      this.#socket = undefined;
    });
    return socket;
  }
}
