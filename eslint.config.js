import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

/**
 * What oxlint does not read: components, and plain JavaScript. TypeScript is in `.oxlintrc.json`, with the rules that need
 * types; here they would cost a program of its own for each component, more than all other files together. What may fail
 * or must be waited for belongs into the state classes, which are checked in full; svelte-check sees to the types.
 */
export default ts.config(
  { ignores: ['out/', 'src/renderer/messages/', 'node_modules/', 'native/', 'tests/fixtures/'] },
  { files: ['**/*.svelte', '**/*.svelte.ts', '**/*.js', '**/*.mjs'], extends: [js.configs.recommended] },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [...ts.configs.recommended, ...svelte.configs.recommended],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
    rules: {
      // What `$props()` gives is often bindable in part.
      'prefer-const': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: ['scripts/**', 'benchmarks/**', 'tests/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { globals: globals.node } },
)
