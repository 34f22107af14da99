/** Imports the folder argv[2], starts a long run in it, and prints the run's id once it trains. */
import { writeSync } from 'node:fs'
import { openTestCore, shortRecipe } from '../test-core.ts'

const [, , folder = ''] = process.argv
const { start, watch } = await openTestCore(folder, { importFirst: true })
const { id } = await start('from-scratch', { ...shortRecipe, epochs: 200 })
for await (const { event } of watch(id)) {
  if (event.kind === 'checkpoint') writeSync(1, `${id}\n`)
}
