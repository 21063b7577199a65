import { corrupt } from './errors.js';
import type { ValueTypeName } from './layout.js';
import { GgufArray } from './reader.js';
import type { GgufHeader } from './reader.js';
import type { ElementTypeName, GgufScalar } from './values.js';

/** Metadata as llama.cpp asks for it: of a type each, where any other is refused. */
export class TypedMetadata {
  readonly #header: Pick<GgufHeader, 'metadata' | 'types'>;
  readonly #name: string;

  /** `name` stands for the model in messages. */
  constructor(header: Pick<GgufHeader, 'metadata' | 'types'>, name: string) {
    this.#header = header;
    this.#name = name;
  }

  /** What the key says, where it is there. @throws ZosiaError `ZOSIA_MODEL_CORRUPT`: another type */
  optional(key: string, type: 'string'): string | undefined;
  optional(key: string, type: 'uint32' | 'float32'): number | undefined;
  optional(key: string, type: ScalarTypeName): GgufScalar | undefined;
  optional(key: string, type: ScalarTypeName): GgufScalar | undefined {
    const found = this.#header.types.get(key);
    if (found === undefined) return undefined;
    if (found !== type) {
      throw corrupt(this.#name, `its ${key} is of type ${found} instead of ${type}`);
    }
    return this.#header.metadata.get(key) as GgufScalar;
  }

  /** @throws ZosiaError `ZOSIA_MODEL_CORRUPT` also when there is no such key */
  required(key: string, type: 'string'): string;
  required(key: string, type: 'uint32'): number;
  required(key: string, type: ScalarTypeName): GgufScalar;
  required(key: string, type: ScalarTypeName): GgufScalar {
    return this.optional(key, type) ?? this.#lacks(key);
  }

  /** An array of elements of one of these types. @throws ZosiaError `ZOSIA_MODEL_CORRUPT`: it is none */
  optionalArray(key: string, of: readonly ElementTypeName[]): GgufArray | undefined {
    const value = this.#header.metadata.get(key);
    if (value === undefined) return undefined;
    if (!(value instanceof GgufArray)) {
      const type = this.#header.types.get(key);
      throw corrupt(this.#name, `its ${key} is of type ${type} instead of array`);
    }
    if (!of.includes(value.elementType)) {
      const wanted = of.join(' or ');
      throw corrupt(this.#name, `its ${key} is an array of ${value.elementType}, not of ${wanted}`);
    }
    return value;
  }

  /** @throws ZosiaError `ZOSIA_MODEL_CORRUPT` also when there is no such key */
  requiredArray(key: string, of: readonly ElementTypeName[]): GgufArray {
    return this.optionalArray(key, of) ?? this.#lacks(key);
  }

  /**
   * A number for each block, or a single one that stands for all; none where the key is not there.
   *
   * @throws ZosiaError `ZOSIA_MODEL_CORRUPT`: another type or length
   */
  perBlock(key: string, blockCount: number): readonly number[] {
    if (this.#header.types.get(key) !== 'array') {
      const number = this.optional(key, 'uint32');
      return number === undefined ? [] : [number];
    }
    const { metadata } = this.#header;
    const { length } = metadata.get(key) as GgufArray;
    if (length !== blockCount) {
      throw corrupt(this.#name, `its ${key} has ${length} numbers for ${blockCount} blocks`);
    }
    return [...(this.requiredArray(key, ['uint32', 'int32']) as Iterable<number>)];
  }

  #lacks(key: string): never {
    throw corrupt(this.#name, `its metadata lacks ${key}`);
  }
}

export type ScalarTypeName = Exclude<ValueTypeName, 'array'>;
