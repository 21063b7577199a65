/** The comparison of the ordinary tests, with all pairs of features: two minutes. */
process.env.ZOSIA_FEATURE_PAIRS ??= 'all';
await import('../oracle/ext4-check/feature-images.test.js');
