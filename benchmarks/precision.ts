/**
 * Test accuracy of runs from scratch in float32 and in bfloat16, the same seeds in both.
 *
 *   node benchmarks/precision.ts DATA [--seeds 3] [--epochs 3] [-- FLAGS]
 *
 * DATA holds train/<class>/* and test/<class>/*; it is copied. FLAGS are settings of `athanor tune`.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { copyProject } from './project-copy.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '3' }, epochs: { type: 'string', default: '3' } },
})
const [data, ...flags] = positionals
if (data === undefined) throw new Error('Name the folder of images.')

/** What the benchmark reads of `athanor tune --json`. */
const Output = z.object({
  model: z.object({
    evaluations: z.array(z.object({ split: z.string(), accuracy: z.number() })),
    history: z.array(z.object({ trainLoss: z.number(), imagesPerSecond: z.number() })),
  }),
})

using project = copyProject(data)
console.log('| precision | seed | test accuracy | last training loss | images/s |\n| --- | ---: | ---: | ---: | ---: |')
const means: string[] = []
for (const precision of ['float32', 'bfloat16']) {
  const accuracies: number[] = []
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const recipe = ['--preset', 'from-scratch', '--device', 'onednn', '--precision', precision, '--seed', String(seed)]
    const { model } = Output.parse(
      JSON.parse(project.athanor('tune', ...recipe, ...flags, '--epochs', values.epochs, '--json')),
    )
    const accuracy = model.evaluations.find(({ split }) => split === 'test')?.accuracy ?? Number.NaN
    const last = model.history.at(-1)
    accuracies.push(accuracy)
    console.log(
      `| ${precision} | ${seed} | ${(100 * accuracy).toFixed(2)} % | ${last?.trainLoss.toFixed(4)} | ${last?.imagesPerSecond.toFixed(1)} |`,
    )
  }
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length
  means.push(`| ${precision} | mean | ${(100 * mean).toFixed(2)} % | | |`)
}
for (const line of means) console.log(line)
