import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchComponents } from '../../../src/artifacts/fetch.js';
import { readDeb } from '../../../src/formats/deb/deb.js';
import { HOST } from '../../support/host.js';
import { skipWhere } from '../../support/skipping.js';

const PROGRAM_SOURCE = fileURLToPath(new URL('load_headers.c', import.meta.url));
const TYPES_SOURCE = fileURLToPath(new URL('list_types.c', import.meta.url));
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';
const LOADER = 'ld-linux-x86-64.so.2';

/** Skips tests where the pinned packages for x86_64 do not run without a machine. */
export const WHERE_LLAMA_RUNS = skipWhere(
  process.platform !== 'linux' || process.arch !== 'x64',
  'the pinned llama.cpp runs on x86_64 Linux only, without a machine',
);

export interface HeaderRequest {
  readonly header: Uint8Array;
  /** How long the file is; what follows the header is zeros. The header's length unless given. */
  readonly fileBytes?: number;
  /** Whether the vocabulary alone is to be loaded; else the model is, and a context made of it. */
  readonly vocabularyOnly?: boolean;
  /** A LoRA adapter that is to be applied to the model; no context is made then. */
  readonly adapter?: Uint8Array;
}

export interface Verdict {
  /** `aborted` and `killed` are refusals, too: the machine would end there. */
  readonly kind: 'ok' | 'refused' | 'aborted' | 'context' | 'killed';
  readonly reason: string;
}

/** The pinned llama.cpp, as a program of this host. */
export class NativeLlama {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Unpacks the pinned packages' libraries into a folder, and compiles the program that calls them. */
  static async install(folder: string): Promise<NativeLlama> {
    const packages = await fetchComponents({
      arch: 'x86_64',
      components: ['llama'],
      cacheDir: HOST.cacheDirectory,
    });
    for (const { path } of packages) {
      for await (const entry of readDeb(await readFile(path), { select: isLibrary })) {
        if (!isLibrary(entry.path)) continue;
        const out = join(folder, entry.path.slice(LIBRARIES.length));
        await mkdir(dirname(out), { recursive: true });
        if (entry.type === 'file') await writeFile(out, entry.bytes!, { mode: 0o755 });
        if (entry.type === 'symlink') await symlink(basename(entry.target!), out);
      }
    }
    const program = join(folder, 'load_headers');
    await promisify(execFile)('cc', ['-O1', '-o', program, PROGRAM_SOURCE, '-ldl']);
    return new NativeLlama(folder);
  }

  /** What `list_types.c` prints, in lines. @param count how many types of tensors there are */
  async listTypes(count: number): Promise<string[]> {
    const program = join(this.#folder, 'list_types');
    const run = promisify(execFile);
    await run('cc', ['-O1', '-o', program, TYPES_SOURCE, '-ldl']);
    const { stdout } = await run(join(this.#folder, LOADER), [
      ...['--library-path', this.#folder, program],
      ...[this.#folder, String(count)],
    ]);
    return stdout.trimEnd().split('\n');
  }

  /** The verdicts on headers, in their order; all are tried in one process, each in a child of it. */
  async load(requests: Iterable<HeaderRequest>): Promise<Verdict[]> {
    const folder = this.#folder;
    const child = spawn(
      join(folder, LOADER),
      [
        ...['--library-path', folder, join(folder, 'load_headers')],
        ...[folder, join(folder, 'ggml', 'backends0')],
      ],
      { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, GGML_NO_BACKTRACE: '1' } },
    );
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('close', resolve).on('error', reject);
    });
    const verdicts: Verdict[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => verdicts.push(parseVerdict(line)));
    let count = 0;
    for (const request of requests) {
      const { header, fileBytes = header.length, vocabularyOnly = false } = request;
      const { adapter = new Uint8Array() } = request;
      count += 1;
      const fixed = Buffer.alloc(32);
      fixed.writeBigUInt64LE(BigInt(header.length), 0);
      fixed.writeBigUInt64LE(BigInt(fileBytes), 8);
      fixed.writeBigUInt64LE(vocabularyOnly ? 1n : 0n, 16);
      fixed.writeBigUInt64LE(BigInt(adapter.length), 24);
      const room = child.stdin.write(Buffer.concat([fixed, header, adapter]));
      if (!room) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
    child.stdin.end();
    const code = await ended;
    if (code !== 0 || verdicts.length !== count) {
      throw new Error(`load_headers ended with ${code} after ${verdicts.length} of ${count}`);
    }
    return verdicts;
  }
}

function isLibrary(path: string): boolean {
  return path.startsWith(`${LIBRARIES}/`) && /\.so(\.|$)/.test(basename(path));
}

function parseVerdict(line: string): Verdict {
  const [kind = '', ...rest] = line.split(' ');
  return { kind: kind as Verdict['kind'], reason: rest.join(' ').trim() };
}
