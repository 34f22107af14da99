import type { PlanFinding, RunPlan } from '../../../shared/contract/runs.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import { AppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import type { AppErrorCode } from '../../../shared/errors.ts'

type Blocking = Extract<PlanFinding, { blocks: true }>

const codes: Readonly<Record<Blocking['code'], AppErrorCode>> = {
  'bad-recipe': 'bad-input',
  'backbone-missing': 'not-found',
  'too-few-classes': 'not-enough-data',
  'too-few-images': 'not-enough-data',
  'no-training-images': 'not-enough-data',
}

/**
 * The recipe of a plan that nothing speaks against but `ignored` findings. Errors: bad-input, not-found,
 * not-enough-data, in this order, with what to do about each finding in the message and the findings as data.
 */
export function requireRunnable({ recipe, findings }: RunPlan, ignored: readonly Blocking['code'][] = []): Recipe {
  const blocking = findings.filter((finding) => finding.blocks).filter(({ code }) => !ignored.includes(code))
  const [first] = blocking
  if (first === undefined) {
    if (recipe !== null) return recipe
    throw new AppError('internal', said`A plan without a recipe does not say what is wrong with it.`)
  }
  throw new AppError(codes[first.code], said`${blocking.map(describe).join(' ')}`, { data: { findings: blocking } })
}

function describe(finding: Blocking): Said {
  switch (finding.code) {
    case 'bad-recipe':
      return said`${finding.message}`
    case 'backbone-missing':
      return said`There is no backbone ${finding.backbone} in the store. Get it with
        "athanor backbone fetch ${finding.backbone}", add a file of your own with "athanor backbone add FILE",
        or start from random weights with --backbone none.`
    case 'too-few-classes':
      return finding.classCount === 0
        ? said`There is nothing to tell apart yet: no image that can be read has a label. Label images of two classes.`
        : said`There is nothing to tell apart yet: all labelled images are of one class. Label images of two classes.`
    case 'too-few-images':
      return said`"${finding.className}" has ${finding.imageCount} labelled images, ${finding.imageCountMin} are the
        least. Label more of them.`
    case 'no-training-images':
      return said`There are no training images of "${finding.className}". Label more images, or move some of them out
        of the validation and test folders.`
  }
}
