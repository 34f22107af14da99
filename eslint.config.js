import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

/** The tsconfigs, one per part; each file belongs to exactly one of them. */
const parts = [
  'shared',
  'imaging',
  'core',
  'trainer',
  'server',
  'cli',
  'desktop',
  'preload',
  'renderer',
  'pagetests',
  'tools',
]

export default ts.config(
  { ignores: ['out/', 'src/renderer/messages/', 'node_modules/', 'native/', 'tests/fixtures/'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        project: parts.map((part) => `./tsconfig.${part}.json`),
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A handler may be asynchronous in the contract and have nothing to wait for in one implementation.
      '@typescript-eslint/require-await': 'off',
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['scripts/**', 'benchmarks/**', 'src/main/cli/**', 'tests/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
  },
  {
    // Types in a component cost a new program for each of them, more than all other files together. What may fail or must
    // be waited for belongs into the state classes, which are checked in full; svelte-check sees to the types.
    files: ['**/*.svelte'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { parserOptions: { project: null } },
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
)
