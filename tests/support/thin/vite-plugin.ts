import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from 'vitest/config'
import { replacementOf } from './replacements.ts'

/** The tests of a level, and the programs that they start, have thin networks; see replacements.ts. */
export function thinNetworks(): Plugin {
  return {
    name: 'thin-networks',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (importer === undefined || !source.startsWith('.')) return undefined
      const resolved = await this.resolve(source, importer, { skipSelf: true })
      if (resolved === null) return undefined
      const url = replacementOf(pathToFileURL(resolved.id).href, pathToFileURL(importer).href)
      return url === undefined ? resolved : fileURLToPath(url)
    },
    config: () => ({
      test: { env: { NODE_OPTIONS: `--import=${new URL('use-thin-networks.ts', import.meta.url).href}` } },
    }),
  }
}
