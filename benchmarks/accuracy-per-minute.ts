/**
 * What each preset gives on real images, and how long it takes: test accuracy and seconds, the same seeds for all.
 *
 *   node benchmarks/accuracy-per-minute.ts DATA [--backbone FILE] [--seeds 3] [--ways quick,fine-tune,...]
 *                                               [--per-class 20,50,100] [-- FLAGS]
 *
 * DATA is a folder of images as `athanor import` takes it; it is copied. It is frozen once, so that all runs see the same
 * split. FILE is any backbone; without it, the one that comes with Athanor. A way is a preset, or `random-features`:
 * Quick on a network of random weights. With --per-class each run learns from so many images of each class. FLAGS are
 * settings of `athanor tune`. The ratios are to Reference, where that is among the ways. What is to be chosen is chosen by
 * the validation images, whose accuracy and loss stand beside.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { copyProject } from './project-copy.ts'

const usualWays = 'reference,quick,fine-tune,from-scratch,random-features'
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backbone: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    ways: { type: 'string', default: usualWays },
    'per-class': { type: 'string', default: 'all' },
  },
})
const [data, ...flags] = positionals
if (data === undefined) throw new Error('Name the folder of images.')

const Frozen = z.object({ dataset: z.object({ id: z.string(), classes: z.array(z.string()) }) })
/** What the benchmark reads of `athanor tune --json`. */
const Output = z.object({
  run: z.object({ startedAtMs: z.number(), endedAtMs: z.number() }),
  model: z.object({
    evaluations: z.array(
      z.object({ split: z.string(), accuracy: z.number(), loss: z.number(), imageCount: z.number() }),
    ),
  }),
})

interface Result {
  readonly accuracy: number
  readonly validationAccuracy: number
  readonly validationLoss: number
  readonly seconds: number
}

using project = copyProject(data)
if (values.backbone !== undefined) project.athanor('backbone', 'add', values.backbone, '--name', 'measured')
const named = values.backbone === undefined ? [] : ['--backbone', 'measured']
const { dataset } = Frozen.parse(JSON.parse(project.athanor('dataset', 'freeze', '--json')))

function tune(way: string, seed: number, limit: readonly string[]): Result {
  const start =
    way === 'random-features'
      ? ['--preset', 'quick', '--backbone', 'none']
      : ['--preset', way, ...(way === 'from-scratch' ? [] : named)]
  const settings = [...start, '--dataset', dataset.id, '--seed', String(seed), ...limit, ...flags]
  const { run, model } = Output.parse(JSON.parse(project.athanor('tune', ...settings, '--json')))
  const [validation, test] = ['validation', 'test'].map((name) => model.evaluations.find(({ split }) => split === name))
  if (validation === undefined || test === undefined) throw new Error('There must be validation and test images.')
  return {
    accuracy: test.accuracy,
    validationAccuracy: validation.accuracy,
    validationLoss: validation.loss,
    seconds: (run.endedAtMs - run.startedAtMs) / 1000,
  }
}

const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`
const ways = values.ways.split(',')
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)

console.log(
  '| images of each class | way | test accuracy, mean | by seed | validation | loss there | s, first | s, others | to Reference |',
)
console.log('| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |')
for (const perClass of values['per-class'].split(',')) {
  const limit = perClass === 'all' ? [] : ['--limit', String(Number(perClass) * dataset.classes.length)]
  let reference: Pick<Result, 'accuracy' | 'seconds'> | null = null
  for (const way of ways) {
    const results = seeds.map((seed) => tune(way, seed, limit))
    const accuracy = meanOf(results.map((one) => one.accuracy))
    const [first, ...others] = results.map(({ seconds }) => seconds)
    // The first one computes the features, which the others find in the cache.
    const seconds = first ?? Number.NaN
    if (way === 'reference') reference = { accuracy, seconds }
    const compared =
      reference === null || way === 'reference'
        ? ''
        : `${(100 * (accuracy - reference.accuracy)).toFixed(1)} points, ${(seconds / reference.seconds).toFixed(3)} of its time`
    const bySeed = results.map((one) => percent(one.accuracy)).join(', ')
    const validation = percent(meanOf(results.map((one) => one.validationAccuracy)))
    const loss = meanOf(results.map((one) => one.validationLoss)).toFixed(3)
    const rest = others.length === 0 ? '' : meanOf(others).toFixed(1)
    console.log(
      `| ${perClass} | ${way} | ${percent(accuracy)} | ${bySeed} | ${validation} | ${loss} | ${seconds.toFixed(1)} | ${rest} | ${compared} |`,
    )
  }
}
