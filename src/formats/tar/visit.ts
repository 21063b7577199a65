import type { Header } from 'tar-stream';
import { ZosiaError } from '../../errors.js';

/** What a tar archive says of one member. */
export interface TarMember {
  readonly name: string;
  /** tar-stream's word for it, or undefined for one it does not know. */
  readonly type: Header['type'] | undefined;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly linkName: string | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly mtimeSeconds: number;
  /** Of devices; 0 for others. */
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** Where a member's data go: given each piece, then told that it was the last. */
export interface TarDataSink {
  write(piece: Uint8Array): void;
  end(): void;
}

/**
 * Runs a tar archive past a visitor, member by member. Data nobody asks for are dropped.
 *
 * @param visit called with every member; returns where its data go, or undefined to drop them
 * @param corrupt makes the error for an archive that cannot be read
 * @throws what `corrupt` makes; what `chunks` or `visit` throws
 */
export async function visitTar(
  chunks: AsyncIterable<Uint8Array>,
  visit: (member: TarMember) => TarDataSink | undefined,
  corrupt: (detail: string, cause: unknown) => ZosiaError,
): Promise<void> {
  // Loaded when it is needed: most of who import this unpack nothing.
  const { extract } = await import('tar-stream');
  const parser = extract();
  let failure: ZosiaError | undefined;
  let wake = (): void => undefined;
  const fail = (cause: unknown): void => {
    failure ??= cause instanceof ZosiaError ? cause : corrupt(String(cause), cause);
    wake();
  };
  const closed = new Promise<void>((resolve) => {
    parser.on('close', () => {
      wake();
      resolve();
    });
  });
  parser.on('error', fail);
  parser.on('drain', () => {
    wake();
  });
  parser.on('entry', (header, data, next) => {
    let sink: TarDataSink | undefined;
    try {
      sink = visit(tarMember(header));
    } catch (error) {
      fail(error);
    }
    // What ends in the middle of a member is told to that member's stream, and ends the process unless heard.
    data.on('error', fail);
    const heard = (act: () => void): void => {
      try {
        act();
      } catch (error) {
        fail(error);
      }
    };
    data.on('data', (piece) => {
      heard(() => sink?.write(piece as Uint8Array));
    });
    data.on('end', () => {
      heard(() => sink?.end());
      next();
    });
    data.resume();
  });

  try {
    for await (const chunk of chunks) {
      const drained = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!parser.write(chunk)) await drained;
      if (failure) throw failure;
    }
    parser.end(undefined);
    await closed;
    if (failure) throw failure;
  } finally {
    parser.destroy();
  }
}

/** The package's types promise more than it keeps: an unknown type and a missing link name are null. */
function tarMember(header: Header): TarMember {
  const type = header.type as Header['type'] | null;
  const linkName = header.linkname as string | null;
  return {
    name: header.name,
    type: type ?? undefined,
    mode: header.mode,
    sizeBytes: header.size,
    linkName: linkName ?? undefined,
    uid: header.uid,
    gid: header.gid,
    mtimeSeconds: Math.floor(header.mtime.getTime() / 1000),
    deviceMajor: header.devmajor,
    deviceMinor: header.devminor,
  };
}
