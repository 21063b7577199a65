import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { vectorFlags } from '../../src/toolchain/vector-flags.js';

/**
 * Compiles sources and links them as a program of the host, as many at a time as there are processors.
 *
 * @param sources those first that take longest
 * @param path of the program, beside which the objects are written
 */
export async function compileSources(
  compiler: string,
  flags: readonly string[],
  sources: readonly string[],
  path: string,
): Promise<void> {
  const objects = sources.map((_, index) => `${path}-${index}.o`);
  const left = [...sources.entries()].reverse();
  const compile = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [index, source] = next;
      const vectors = vectorFlags(hostArchitecture(), source);
      await execa(compiler, [...flags, ...vectors, '-c', source, '-o', objects[index]!]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compile));
  await execa(compiler, [...flags, ...objects, '-lm', '-lpthread', '-o', path]);
}
