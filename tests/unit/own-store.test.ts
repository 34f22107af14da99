import { tmpdir } from 'node:os'
import { sep } from 'node:path'
import { expect, test } from 'vitest'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'

test('tests keep their store in the temporary folder, not in that of the person who runs them', () => {
  const { storeFolder } = createNodeHost({ log: () => undefined })
  expect(storeFolder.startsWith(`${tmpdir()}${sep}`)).toBe(true)
})
