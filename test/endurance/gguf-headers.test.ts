/** The comparison of the ordinary tests, with 5,000 mutated headers and all names: two minutes. */
process.env.ZOSIA_HEADER_MUTATIONS ??= '5000';
await import('../oracle/gguf-load/headers.test.js');
