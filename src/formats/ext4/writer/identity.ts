import { Buffer } from 'buffer';
import { sha256 } from '../../../image/sha256.js';
import type { Ext4Options } from '../options.js';
import type { TreeInode } from './tree.js';

export interface Identity {
  readonly uuid: Uint8Array;
  readonly hashSeed: Uint8Array;
}

/**
 * The UUID and hash seed of a disk. They follow from what is on it, never from chance, so that the
 * same inputs give the same image. The UUID is of version 8 (RFC 9562: made as its maker likes).
 */
export function deriveIdentity(options: Ext4Options, inodes: readonly TreeInode[]): Identity {
  const identity = options.identity ?? describe(inodes);
  const derive = (purpose: string): Uint8Array => {
    const prefix = Buffer.from(`zosia ext4 ${purpose}\0${options.label}\0`, 'utf8');
    return Buffer.from(sha256(Buffer.concat([prefix, identity])), 'hex').subarray(0, 16);
  };
  return {
    uuid: options.uuid ?? asUuid(derive('uuid')),
    hashSeed: options.hashSeed ?? derive('hash seed'),
  };
}

function describe(inodes: readonly TreeInode[]): Uint8Array {
  const lines = inodes.map(({ path, content }) =>
    JSON.stringify([path, content.type, content.type === 'file' ? content.data.sizeBytes : 0]),
  );
  return Buffer.from(lines.join('\n'), 'utf8');
}

function asUuid(bytes: Uint8Array): Uint8Array {
  const uuid = Uint8Array.from(bytes);
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return uuid;
}
