/** Writes one checkpoint after the other into the folder argv[2], the n-th with n everywhere, and prints each n when done. */
import { writeSync } from 'node:fs'
import { presets } from '../../../src/shared/domain/recipe.ts'
import { writeCheckpoint } from '../../../src/trainer/steps/checkpoint.ts'
import { startState } from '../../../src/trainer/steps/fit-state.ts'

const [, , folder = '', first = '1', count = '1000000'] = process.argv
for (let number = Number(first); number < Number(first) + Number(count); number += 1) {
  const weight = { shape: [500, 1000], values: new Float32Array(500_000).fill(number) }
  await writeCheckpoint(folder, {
    identity: {
      recipe: presets.reference,
      datasetHash: 'a'.repeat(64),
      classes: ['a', 'b'],
      backboneSha256: null,
      device: 'wasm',
      threads: 1,
      versions: {},
    },
    microBatchSize: number,
    state: startState,
    parameters: new Map([['p', weight]]),
    momentum: new Map([['p', weight]]),
    best: null,
    average: null,
  })
  writeSync(1, `${number}\n`)
}
