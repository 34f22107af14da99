import type { PlanFinding, RunPlan } from '../../../shared/contract/runs.ts'
import { imbalanceRatio, type SplitCounts } from '../../../shared/domain/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { OpenProject } from '../core-context.ts'
import type { Host } from '../host.ts'
import { previewDataset } from './preview-dataset.ts'
import { settleRecipe } from './settle-recipe.ts'
import type { WhatToRun } from './settle-recipe.ts'
import { suitRecipe } from './suit-recipe.ts'

/** With fewer images of two classes there is nothing to find out. */
const imageCountMin = 5
/** From so many images of each class on, fine-tuning usually works well. */
const imageCountAdvised = 30

/** What a run would do if it were started now, and what speaks against it; those that block come first. */
export async function planRun(host: Host, { reader }: OpenProject, input: WhatToRun): Promise<RunPlan> {
  const { recipe: settled, isFromShipped, findings } = await settleRecipe(host, input)
  const { classes: names, countsByClass, leakCount } = await previewDataset(reader, input.datasetId)
  const trainCount = countsByClass.reduce((sum, { train }) => sum + train, 0)
  const recipe = settled === null ? null : suitRecipe(settled, input.overrides, { trainCount, isFromShipped })
  const classes = names.map((name, at) => ({ name, counts: countsByClass[at] ?? { train: 0, validation: 0, test: 0 } }))
  const all = [...findings, ...findingsOf(classes, recipe)]
  if (leakCount > 0) all.push({ code: 'leaks', blocks: false, pairCount: leakCount })
  return { recipe, classes, findings: all.toSorted((a, b) => Number(b.blocks) - Number(a.blocks)) }
}

type PlannedClass = RunPlan['classes'][number]

function findingsOf(classes: readonly PlannedClass[], recipe: Recipe | null): PlanFinding[] {
  const findings: PlanFinding[] = []
  if (classes.length < 2) findings.push({ code: 'too-few-classes', blocks: true, classCount: classes.length })
  const isEnough = classes.filter(({ counts }) => totalOf(counts) >= imageCountMin).length >= 2
  for (const { name: className, counts } of classes) {
    const imageCount = totalOf(counts)
    // Where two classes have enough, a rare third one need not hold them up.
    if (!isEnough && imageCount < imageCountMin) {
      findings.push({ code: 'too-few-images', blocks: true, className, imageCount, imageCountMin })
    } else if (counts.train === 0) {
      findings.push({ code: 'no-training-images', blocks: true, className })
    } else if (imageCount < imageCountAdvised) {
      findings.push({ code: 'few-images', blocks: false, className, imageCount, imageCountAdvised })
    }
  }
  findings.push(...imbalanceOf(classes, recipe))
  if (classes.length > 0 && classes.every(({ counts }) => counts.test === 0)) {
    findings.push({ code: 'no-test-images', blocks: false })
  }
  return findings
}

function imbalanceOf(classes: readonly PlannedClass[], recipe: Recipe | null): PlanFinding[] {
  const [first, ...others] = classes.toSorted((a, b) => totalOf(a.counts) - totalOf(b.counts))
  const last = others.at(-1)
  if (first === undefined || last === undefined) return []
  const ratio = totalOf(last.counts) / Math.max(1, totalOf(first.counts))
  if (ratio < imbalanceRatio) return []
  const isWeighted = recipe?.classWeights === 'balanced'
  return [{ code: 'imbalance', blocks: false, smallest: first.name, largest: last.name, ratio, isWeighted }]
}

function totalOf({ train, validation, test }: SplitCounts): number {
  return train + validation + test
}
