/**
 * Trains in the folder argv[2], whose project lies on a small disk: undisturbed; then with so little space that its second
 * checkpoint does not fit; then on, once there is space again. Prints what came of it as JSON.
 */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTestCore, shortRecipe } from '../test-core.ts'

const [, , folder = ''] = process.argv
const project = join(folder, '.athanor')
const recipe = { ...shortRecipe, checkpointSeconds: 60 }
/** One checkpoint of a ResNet-18 has 45 MB. */
const leftBytes = 60_000_000

const { start, follow, resume, get, client, projectId, close } = await openTestCore(folder, { importFirst: true })
const weightsOf = (model: string) =>
  createHash('sha256')
    .update(readFileSync(join(project, 'models', model, 'weights.safetensors')))
    .digest('hex')

const whole = await start('from-scratch', recipe)
await follow(whole.id)
const expected = weightsOf('model-1')
await client.runs.delete({ projectId, runId: whole.id })

const filler = join(project, 'filler')
const { bavail, bsize } = statfsSync(project)
writeFileSync(filler, Buffer.alloc(bavail * bsize - leftBytes))
const run = await start('from-scratch', recipe)
await follow(run.id)
const { state, result } = await get(run.id)

rmSync(filler)
await resume(run.id)
await follow(run.id)
const resumed = await get(run.id)
const isSame = weightsOf('model-2') === expected
await close()
process.stdout.write(`${JSON.stringify({ state, result, resumed: resumed.state, isSame })}\n`)
