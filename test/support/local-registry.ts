import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { closeServer } from './close-server.js';

interface Tarball {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly bytes: Buffer;
}

/** A server that npm takes for a registry. */
export interface LocalRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the packages below a `node_modules` as a registry does (npm's documentation, package metadata), so
 * that npm can install with no network. A package is packed when it is asked for.
 */
export async function startLocalRegistry(nodeModules: string): Promise<LocalRegistry> {
  const tarballs = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    void answer(decodeURIComponent(request.url!)).then(
      (body) => response.end(body),
      () => response.writeHead(404).end('{}'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  async function answer(path: string): Promise<string | Buffer> {
    const known = tarballs.get(path);
    if (known) return known;
    const packed = await Promise.all((await foldersOf(nodeModules, path.slice(1))).map(tarballOf));
    if (packed.length === 0) throw new Error(`no package ${path}`);
    const versions = packed.map(({ manifest, bytes }) => {
      const file = `/${manifest.name}/-/${manifest.version}.tgz`;
      tarballs.set(file, bytes);
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      const dist = { tarball: url + file.slice(1), integrity };
      return [manifest.version, { ...manifest, dist }] as const;
    });
    const [newest] = versions[0]!;
    return JSON.stringify({
      name: packed[0]!.manifest.name,
      'dist-tags': { latest: newest },
      versions: Object.fromEntries(versions),
    });
  }

  return {
    url,
    close: () => closeServer(server),
  };
}

/** Where a package lies: at the top, and below packages that need another version of it. */
async function foldersOf(nodeModules: string, name: string): Promise<string[]> {
  const names = await readdir(nodeModules, { recursive: false });
  const scoped = names.filter((each) => each.startsWith('@'));
  const inScopes = await Promise.all(
    scoped.map(async (scope) =>
      (await readdir(join(nodeModules, scope))).map((each) => join(scope, each)),
    ),
  );
  const owners = [...names.filter((each) => !each.startsWith('@')), ...inScopes.flat()];
  const candidates = [
    join(nodeModules, name),
    ...owners.map((owner) => join(nodeModules, owner, 'node_modules', name)),
  ];
  const found = await Promise.all(
    candidates.map((folder) => stat(join(folder, 'package.json')).catch(() => undefined)),
  );
  return candidates.filter((_, index) => found[index] !== undefined);
}

async function tarballOf(folder: string): Promise<Tarball> {
  const archive = pack();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (!entry.isFile() || name.startsWith('node_modules')) continue;
    archive.entry({ name: `package/${name}`, mode: 0o644 }, await readFile(path));
  }
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { manifest, bytes: gzipSync(Buffer.concat(chunks), { level: 1 }) };
}
