import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import {
  configDefect,
  endOf,
  FLOAT32,
  groupDefect,
  legacyConfig,
  readConfigFields,
  tensorTable,
} from './config.js';
import type { CheckpointConfig, CheckpointTensor, TensorType } from './config.js';
import {
  CHECKPOINT_MAGIC,
  HEADER,
  HEADER_BYTES,
  LEGACY_CONFIG_BYTES,
  LEGACY_ORDER,
  VERSIONED_ORDER,
} from './layout.js';
import type { TensorName } from './layout.js';

export type { CheckpointConfig, CheckpointTensor, TensorType } from './config.js';

export interface Checkpoint {
  /** 0 is the legacy format, which has no magic number; 2 is int8, the others are float32. */
  readonly version: 0 | 1 | 2;
  readonly config: CheckpointConfig;
  /** Length of the header, where the first tensor starts. */
  readonly headerBytes: number;
  /** In the order of the file. */
  readonly tensors: readonly CheckpointTensor[];
}

/**
 * Reads the header of a llama2.c checkpoint, of float32 (legacy or version 1) or int8 (version 2), and
 * works out where its tensors lie. The file's size has to be exactly theirs. `name` stands for the file
 * in messages.
 *
 * @throws ZosiaError `ZOSIA_CHECKPOINT_TRUNCATED` with the size it has and the size it should have,
 * `ZOSIA_CHECKPOINT_CORRUPT`, `ZOSIA_CHECKPOINT_UNSUPPORTED` for unknown versions
 */
export async function readCheckpoint(
  source: RandomAccess,
  name = 'the checkpoint',
): Promise<Checkpoint> {
  const head = Buffer.from(await source.read(0, Math.min(HEADER_BYTES, source.sizeBytes)));
  const isLegacy = !head.subarray(0, CHECKPOINT_MAGIC.length).equals(Buffer.from(CHECKPOINT_MAGIC));
  const headerBytes = isLegacy ? LEGACY_CONFIG_BYTES : HEADER_BYTES;
  if (source.sizeBytes < headerBytes) throw truncated(name, source.sizeBytes, headerBytes);
  const version = isLegacy ? 0 : readVersion(head, name);

  const config = isLegacy ? legacyConfig(head) : versionedConfig(head);
  const matrixType = version === 2 ? int8Type(head) : FLOAT32;
  const defect =
    configDefect(config) ??
    (matrixType.kind === 'int8' ? groupDefect(matrixType.groupSize, config) : undefined);
  if (defect !== undefined) {
    throw corrupt(name, `is not a llama2.c checkpoint, or damaged: ${defect}`);
  }
  const order = isLegacy ? LEGACY_ORDER : VERSIONED_ORDER;
  const tensors = tensorTable(config, order, headerBytes, matrixType);
  const neededBytes = endOf(tensors);
  if (neededBytes > source.sizeBytes) throw truncated(name, source.sizeBytes, neededBytes);
  if (neededBytes < source.sizeBytes) {
    throw corrupt(
      name,
      `has ${source.sizeBytes} bytes, and a model of its shape has ${neededBytes}`,
    );
  }
  return { version, config, headerBytes, tensors };
}

/** The tensor of that name. @throws RangeError when the checkpoint has none */
export function checkpointTensor(checkpoint: Checkpoint, name: TensorName): CheckpointTensor {
  const tensor = checkpoint.tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new RangeError(`the checkpoint has no ${name}`);
  return tensor;
}

function versionedConfig(head: Buffer): CheckpointConfig {
  return {
    ...readConfigFields(head, HEADER.config.offset),
    sharedClassifier: head.readUInt8(HEADER.sharedClassifier.offset) !== 0,
  };
}

function int8Type(head: Buffer): TensorType {
  return { kind: 'int8', groupSize: head.readInt32LE(HEADER.groupSize.offset) };
}

function readVersion(head: Buffer, name: string): 1 | 2 {
  const version = head.readInt32LE(HEADER.version.offset);
  if (version === 1 || version === 2) return version;
  throw new ZosiaError(
    'ZOSIA_CHECKPOINT_UNSUPPORTED',
    `${name} is a llama2.c checkpoint of the unknown version ${version}`,
    { hint: 'Export the model in a version that is known: export.py --version 0, 1 or 2.' },
  );
}

function truncated(name: string, sizeBytes: number, neededBytes: number): ZosiaError {
  return new ZosiaError(
    'ZOSIA_CHECKPOINT_TRUNCATED',
    `${name} is cut short, or no llama2.c checkpoint: it has ${sizeBytes} bytes of ${neededBytes}`,
    { hint: 'Download the file again; compare its size with the one its page states.' },
  );
}

function corrupt(name: string, what: string): ZosiaError {
  return new ZosiaError('ZOSIA_CHECKPOINT_CORRUPT', `${name} ${what}`, {
    hint: 'Name a checkpoint as llama2.c writes it (a .bin file), or download it again.',
  });
}
