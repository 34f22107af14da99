/**
 * What each preset gives on real images, and how long it takes: test accuracy and seconds, the same seeds for all.
 *
 *   node benchmarks/accuracy-per-minute.ts DATA [--backbone FILE] [--seeds 3] [--ways quick,fine-tune,...]
 *                                               [--per-class 20,50,100 | --labelled 20,50,100] [-- FLAGS]
 *
 * DATA is a folder of images as `athanor import` takes it; it is copied. It is frozen once, so that all runs see the same
 * split. FILE is any backbone; without it, the one that comes with Athanor. A way is a preset, or `random-features`
 * (Quick on a network of random weights), with settings of its own behind it: 'reference,fine-tune --epochs 8'. All ways
 * take their turn for one seed before the next. With --per-class each run learns from so many images of each class, and all
 * validation images choose; with --labelled so many of each class are labelled in all, as at a person's who begins: those
 * that validate are among them. FLAGS are settings of `athanor tune` for every way. The ratios are to Reference, where that
 * is among the ways. What is to be chosen is chosen by the validation images, whose accuracy and loss stand beside.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createFewLabelled } from './few-labelled.ts'
import { copyProject, type ProjectCopy } from './project-copy.ts'

const usualWays = 'reference,quick,fine-tune,from-scratch,random-features'
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backbone: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    ways: { type: 'string', default: usualWays },
    'per-class': { type: 'string', default: 'all' },
    labelled: { type: 'string' },
  },
})
const [data, ...flags] = positionals
if (data === undefined) throw new Error('Name the folder of images.')

const Frozen = z.object({ dataset: z.object({ id: z.string(), classes: z.array(z.string()) }) })
const Shown = z.object({
  entries: z.array(z.object({ path: z.string(), classIndex: z.number(), split: z.string() })),
})
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

function prepare(project: ProjectCopy): z.infer<typeof Frozen>['dataset'] {
  if (values.backbone !== undefined) project.athanor('backbone', 'add', values.backbone, '--name', 'measured')
  return Frozen.parse(JSON.parse(project.athanor('dataset', 'freeze', '--json'))).dataset
}

function tune(project: ProjectCopy, way: string, settings: readonly string[]): Result {
  const [preset = '', ...own] = way.split(' ')
  const named = values.backbone === undefined || preset === 'from-scratch' ? [] : ['--backbone', 'measured']
  const start =
    preset === 'random-features' ? ['--preset', 'quick', '--backbone', 'none'] : ['--preset', preset, ...named]
  const words = [...start, ...settings, ...own, ...flags]
  const { run, model } = Output.parse(JSON.parse(project.athanor('tune', ...words, '--json')))
  const [validation, test] = ['validation', 'test'].map((name) => model.evaluations.find(({ split }) => split === name))
  if (validation === undefined || test === undefined) throw new Error('There must be validation and test images.')
  return {
    accuracy: test.accuracy,
    validationAccuracy: validation.accuracy,
    validationLoss: validation.loss,
    seconds: (run.endedAtMs - run.startedAtMs) / 1000,
  }
}

using project = copyProject(data)
const dataset = prepare(project)
const { entries } = Shown.parse(JSON.parse(project.athanor('dataset', 'show', '--json')))
const ways = values.ways.split(',')
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`

/** All ways for one seed, from so many images of each class. */
function measure(count: string, seed: number): Result[] {
  const settings = ['--seed', String(seed)]
  const measureIn = (place: ProjectCopy, more: readonly string[]): Result[] =>
    ways.map((way) => {
      const result = tune(place, way, [...settings, ...more])
      console.error(`${count}, seed ${seed}, ${way}: ${percent(result.accuracy)} in ${result.seconds.toFixed(1)} s`)
      return result
    })
  if (values.labelled !== undefined) {
    using few = createFewLabelled(data ?? '', entries, { perClass: Number(count), seed })
    return measureIn(few, ['--dataset', prepare(few).id])
  }
  const limit = count === 'all' ? [] : ['--limit', String(Number(count) * dataset.classes.length)]
  return measureIn(project, ['--dataset', dataset.id, ...limit])
}

console.log(
  '| images of each class | way | test accuracy, mean | by seed | validation | loss there | s, first | s, others | to Reference |',
)
console.log('| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |')
for (const count of (values.labelled ?? values['per-class']).split(',')) {
  const measured = seeds.map((seed) => measure(count, seed))
  let reference: Pick<Result, 'accuracy' | 'seconds'> | null = null
  for (const [at, way] of ways.entries()) {
    const results = measured.flatMap((ofSeed) => ofSeed[at] ?? [])
    const accuracy = meanOf(results.map((one) => one.accuracy))
    // The first one computes the features, which the others find in the cache.
    const [seconds = Number.NaN, ...others] = results.map((one) => one.seconds)
    if (way.startsWith('reference')) reference = { accuracy, seconds }
    const compared =
      reference === null || way.startsWith('reference')
        ? ''
        : `${(100 * (accuracy - reference.accuracy)).toFixed(1)} points, ${(seconds / reference.seconds).toFixed(3)} of its time`
    const bySeed = results.map((one) => percent(one.accuracy)).join(', ')
    const validation = percent(meanOf(results.map((one) => one.validationAccuracy)))
    const loss = meanOf(results.map((one) => one.validationLoss)).toFixed(3)
    const rest = others.length === 0 ? '' : meanOf(others).toFixed(1)
    console.log(
      `| ${count} | ${way} | ${percent(accuracy)} | ${bySeed} | ${validation} | ${loss} | ${seconds.toFixed(1)} | ${rest} | ${compared} |`,
    )
  }
}
