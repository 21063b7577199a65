/** The comparison of the ordinary tests, with 5,000 headers: 45 seconds. */
process.env.ZOSIA_HEADER_MUTATIONS ??= '5000';
await import('../oracle/gguf-load/headers.test.js');
