import type { NumberTypeName } from './layout.js';

/** A string as text, or as bytes where it need not be UTF-8. */
export type StringValue = string | Uint8Array;

/** A metadata value with the type it has in the file. */
export type TypedValue =
  | { readonly type: NumberTypeName; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: StringValue }
  | { readonly type: 'array'; readonly of: NumberTypeName; readonly value: readonly number[] }
  | { readonly type: 'array'; readonly of: 'bool'; readonly value: readonly boolean[] }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly StringValue[] };

export const uint32 = (value: number): TypedValue => ({ type: 'uint32', value });

export const float32 = (value: number): TypedValue => ({ type: 'float32', value });
