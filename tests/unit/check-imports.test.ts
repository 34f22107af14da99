import { describe, expect, test } from 'vitest'
import { importsOf, problemWith } from '../../scripts/check-imports.ts'

describe('importsOf', () => {
  test('sees imports, type imports, exports, dynamic and inline type imports', () => {
    const text = `
      import a from 'one'
      import type { B } from 'two'
      export * from 'three'
      const d = await import('four')
      const e = require('five')
      type F = import('six').F
      const notAnImport = "import x from 'seven'"`
    expect(importsOf('x.ts', text)).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
  })

  test('reads the scripts of a component only', () => {
    const text = `<script lang="ts">import a from 'one'</script><p>import b from 'two'</p>`
    expect(importsOf('X.svelte', text)).toEqual(['one'])
  })
})

describe('problemWith', () => {
  test.each([
    ['src/main/core/runs/supervisor.ts', '../../../shared/errors.ts'],
    ['src/main/core/runs/supervisor.ts', '../database/open-database.ts'],
    ['src/main/core/database/open-database.ts', 'better-sqlite3'],
    ['src/trainer/batches/read.ts', '../../imaging/pixels.ts'],
    ['src/imaging/examine.ts', 'sharp'],
    ['src/main/index.ts', './desktop/start-desktop.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(problemWith(file, specifier)).toBeNull()
  })

  test.each([
    ['src/shared/errors.ts', 'node:fs'],
    ['src/shared/errors.ts', '../main/core/host.ts'],
    ['src/main/core/runs/supervisor.ts', 'better-sqlite3'],
    ['src/main/core/runs/supervisor.ts', 'electron'],
    ['src/main/core/runs/supervisor.ts', '@tensorflow/tfjs-core'],
    ['src/main/core/runs/supervisor.ts', '../../../trainer/train.ts'],
    ['src/main/cli/index.ts', '../server/start-server.ts'],
    ['src/renderer/main.ts', '../main/core/host.ts'],
    ['src/trainer/train.ts', 'sharp'],
    ['src/trainer-two/train.ts', 'zod'],
  ])('%s may not import %s', (file, specifier) => {
    expect(problemWith(file, specifier)).not.toBeNull()
  })
})
