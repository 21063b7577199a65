import { execa } from 'execa';
import { buildEngineProgram } from '../../guest/engine-programs.js';
import { parseEngineLines } from './compare.js';
import type { EnginePosition } from './compare.js';

/** The engine as a program of this host, which goes on from a prompt. */
export class Engine {
  private constructor(private readonly program: string) {}

  static async build(folder: string): Promise<Engine> {
    const folders = ['base', 'gguf', 'model', 'products', 'tensors', 'transformer'];
    const source = 'engine/run_gguf.c';
    return new Engine(await buildEngineProgram(folder, { source, folders, isMeasured: true }));
  }

  /**
   * What the engine makes of a prompt and of the tokens after it, which need not be those that it would say.
   *
   * @param products of an instruction set: `sse2`, `avx2`
   */
  async following(
    model: string,
    prompt: readonly number[],
    following: readonly number[],
    products: string,
    context = 512,
  ): Promise<EnginePosition[]> {
    const { stdout } = await execa(this.program, [
      ...[model, '--ids', prompt.join(','), '--count', String(following.length)],
      ...['--follow', following.join(','), '--context', String(context), '--threads', '1'],
      ...['--products', products],
    ]);
    return parseEngineLines(stdout);
  }
}
