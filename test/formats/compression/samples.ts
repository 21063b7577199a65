/**
 * "zosia!\n" a thousand times, packed by the reference programs: `xz -9`, `zstd -19`, and `zstd` from a
 * pipe (no content size in the frame).
 */
export const PLAIN = new TextEncoder().encode('zosia!\n'.repeat(1000));

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

export const XZ = fromBase64(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4BtXACxdAD0bys012ix54sevT4ql3e6kVIs+6X6E8MvL4F5JQFpb3LTGaeXxD+ReGY4AAJaymV2SCljfAAFI2DYAAAA5z5tMscRn+wIAAAAABFla',
);
export const XZ_CRC32 = fromBase64(
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4BtXACxdAD0bys012ix54sevT4ql3e6kVIs+6X6E8MvL4F5JQFpb3LTGaeXxD+ReGY4AAOuaHc8AAUTYNgAAAEIPWTs+MA2LAgAAAAABWVo=',
);
export const XZ_SHA256 = fromBase64(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4BtXACxdAD0bys012ix54sevT4ql3e6kVIs+6X6E8MvL4F5JQFpb3LTGaeXxD+ReGY4AAEsBDSCzCeB/a1LXTXJEvgjuaF+BhP5rNlSTgz1qp9ffAAFg2DYAAABiSGSntunfHAIAAAAAClla',
);
export const XZ_LARGE_DICTIONARY = fromBase64(
  '/Td6WFoAAATm1rRGAgAhASQAAABeH8f54BtXACxdAD0bys012ix54sevT4ql3e6kVIs+6X6E8MvL4F5JQFpb3LTGaeXxD+ReGY4AAJaymV2SCljfAAFI2DYAAAA5z5tMscRn+wIAAAAABFla',
);
export const ZSTD = fromBase64('KLUv/WRYGn0AADh6b3NpYSEKAQBOq74YAUVvMCw=');
export const ZSTD_STREAMED = fromBase64('KLUv/QRYfQAAOHpvc2lhIQoBAE6rvhgBRW8wLA==');

/** The same line 150,000 times: several times what the decoder hands out at once. */
export const XZ_LONG = fromBase64(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj8AWPAOJdAD0bys012ix54sevT4ql3e6kVIs+6X6E8MvL4F5JQFpb3LTGaeXxD/IC9LjfIoAsVkHQy6zeR/lp7UKdPkyHSqcKWlGXylYL76vn807yLdnXMppo2emakKYdADdWF2d4B07nUuKSBlYZnkSe4tLkRvZU8Ih1LDDbwlBUkSKXBgNfyXA7FMAyN5ilFQGl6KMJKuyq/1omrHIMFpKnvjmPJOFwnqcjX+woy4XRlZiKfiqR8id19xnABphNmP3Yr9WQD8QlU/j1kTYxBaWw7m/BcE1HDNGREaqtYB26zrEk3CI+gAAAAAAHPyy8zd6f/AAB/gGQi0AAxN/0cbHEZ/sCAAAAAARZWg==',
);
export const LONG_BYTES = 7 * 150_000;
