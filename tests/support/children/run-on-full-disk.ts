/**
 * Trains in the folder argv[2], whose project lies on a small disk: undisturbed; then with so little space that its second
 * checkpoint does not fit, where it is stopped while it waits; then resumed, until it waits again; then on, once there is
 * space. Prints what came of it as JSON.
 */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTestCore, shortRecipe } from '../test-core.ts'

const [, , folder = ''] = process.argv
const project = join(folder, '.athanor')
/** One checkpoint of a ResNet-18 has 45 MB. */
const leftBytes = 60_000_000

const { start, stop, follow, reach, watch, resume, get, client, projectId, close } = await openTestCore(folder, {
  importFirst: true,
})
const weightsOf = (model: string) =>
  createHash('sha256')
    .update(readFileSync(join(project, 'models', model, 'weights.safetensors')))
    .digest('hex')

const whole = await start('from-scratch', shortRecipe)
await follow(whole.id)
const expected = weightsOf('model-1')
await client.runs.delete({ projectId, runId: whole.id })

const filler = join(project, 'filler')
const { bavail, bsize } = statfsSync(project)
writeFileSync(filler, Buffer.alloc(bavail * bsize - leftBytes))
const run = await start('from-scratch', shortRecipe)
await reach(run.id, 'paused')
const paused = await get(run.id)
await stop(run.id)
const before = await follow(run.id)
const stopped = await get(run.id)

await resume(run.id)
for await (const { event } of watch(run.id, before.at(-1)?.seq)) if (event.kind === 'paused') break
rmSync(filler)
const events = [...before, ...(await follow(run.id, before.at(-1)?.seq))].map(({ event }) => event)
const ended = await get(run.id)
const isSame = weightsOf('model-2') === expected
await close()
const pauses = events.flatMap((event) => (event.kind === 'paused' ? [event.neededBytes] : []))
const warnings = events.flatMap((event) => (event.kind === 'warning' ? [event.code] : []))
const states = [paused, stopped, ended].map(({ state }) => state)
process.stdout.write(`${JSON.stringify({ states, result: stopped.result, pauses, warnings, isSame })}\n`)
