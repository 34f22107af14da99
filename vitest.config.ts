import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { thinNetworks } from './tests/support/thin/vite-plugin.ts'

interface Overrides {
  readonly fileParallelism?: boolean
  readonly env?: Record<string, string>
}

/** Of a Vulkan driver for the tests of the devices; see scripts/test.ts. No other level is to compute on it. */
const vulkan = JSON.parse(process.env['ATHANOR_TEST_VULKAN'] ?? '{}') as Record<string, string>

/**
 * One project per level of test; `npm run check` runs the first, `npm test` all of them. Two workers at most: the
 * integration, device and parity tests start processes that use every core themselves. The page is tested alone, since
 * what a person waits for there is a part of the test.
 */
function level(name: string, testTimeoutMs: number, overrides: Overrides = {}) {
  return {
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      testTimeout: testTimeoutMs,
      hookTimeout: testTimeoutMs,
      pool: 'forks' as const,
      globalSetup: 'tests/support/use-own-store.ts',
      ...overrides,
    },
  }
}

export default defineConfig({
  test: {
    // Left to itself it takes one on a machine with two cores, and half of them waits.
    maxWorkers: 2,
    projects: [
      // Modules of the page may hold runes.
      { ...level('unit', 60_000), plugins: [svelte({ configFile: false })] },
      level('contract', 60_000),
      { ...level('integration', 120_000), plugins: [thinNetworks()] },
      level('fuzz', 120_000),
      level('devices', 180_000, { env: vulkan }),
      level('parity', 180_000, { env: vulkan }),
      level('e2e', 180_000, { fileParallelism: false }),
    ],
  },
})
