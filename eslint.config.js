import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'artifacts/', 'models/', 'guest/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in messages are read by people; requiring String() round each hides the sentence.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Binary formats are indexed arithmetic: "!" after a checked length is clearer than a dead branch.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // Variables end at the command line: below it, options are options.
    files: ['src/**/*.ts'],
    ignores: ['src/cli/environment.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Take it as an option; src/cli/environment.ts reads variables.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['process', 'node:process'].map((name) => ({
            name,
            importNames: ['env', 'default'],
            message: 'Take it as an option; src/cli/environment.ts reads variables.',
          })),
        },
      ],
    },
  },
  {
    // Such a spread says nothing; where elements belong together, an array of arrays and flat() does.
    files: ['{src,zosia-tiny/src,bench}/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(ArrayExpression, CallExpression) > SpreadElement > ArrayExpression, ' +
            'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'Write the elements themselves.',
        },
      ],
    },
  },
  {
    files: ['{test,zosia-tiny/test}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
