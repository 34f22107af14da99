import type { z } from 'zod'
import type { PlanFinding, runs } from '../../../shared/contract/runs.ts'
import { type BackboneCard, type InstalledBackbone, preferredBackbones } from '../../../shared/domain/backbone.ts'
import type { Preset, Recipe, RecipeOverrides } from '../../../shared/domain/recipe.ts'
import { isAppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import { fetchableBackbones } from '../backbones/fetchable-backbones.ts'
import { listBackbones } from '../backbones/list-backbones.ts'
import type { Host } from '../host.ts'
import { resolveRecipe } from './resolve-recipe.ts'

/** What a person wants to run: a preset, what was changed of it, and a dataset or the labels of now. */
export type WhatToRun = z.output<typeof runs.plan.input>

export interface SettledRecipe {
  /** Null where the settings do not go together: a finding says how. */
  readonly recipe: Recipe | null
  /** It starts from the drawn pictures that come with Athanor. */
  readonly isFromShipped: boolean
  readonly findings: readonly PlanFinding[]
}

/** The recipe of a run with the network of its backbone, unless the person named one, and what is wrong with either. */
export async function settleRecipe(host: Host, { preset, overrides }: WhatToRun): Promise<SettledRecipe> {
  let recipe: Recipe
  try {
    recipe = resolveRecipe(preset, overrides)
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown
    return badRecipe(said`${thrown.message}`)
  }
  const installed = await listBackbones(host)
  const backbone = overrides.backbone === undefined ? preferredOf(recipe.backbone, installed) : recipe.backbone
  if (backbone === null) return { recipe: { ...recipe, backbone }, isFromShipped: false, findings: [] }
  const card = installed.find(({ name }) => name === backbone)
  const fetchable = fetchableBackbones.find(({ name }) => name === backbone)
  const architecture = card?.architecture ?? fetchable?.architecture ?? recipe.architecture
  if (overrides.architecture !== undefined && overrides.architecture !== architecture) {
    return badRecipe(
      said`The backbone ${backbone} is a ${architecture}, not a ${overrides.architecture}. Leave architecture out.`,
    )
  }
  const settled = { ...recipe, backbone, architecture }
  if (card !== undefined) {
    const [best] = preferredBackbones
    const isSecondBest = overrides.backbone === undefined && card.isShipped
    return {
      recipe: { ...settled, ...sizesOf(card, preset, overrides) },
      isFromShipped: card.isShipped,
      findings: isSecondBest ? [secondBest(backbone, best)] : [],
    }
  }
  const downloadBytes = fetchable?.sizeBytes ?? null
  return {
    recipe: settled,
    isFromShipped: false,
    findings: [{ code: 'backbone-missing', blocks: true, backbone, architecture, downloadBytes }],
  }
}

/** What was pretrained on small pictures is fine-tuned on larger ones: they show more (Touvron et al. 2019). */
const fineTunedSidePx = 160

/**
 * A backbone sees best at the sizes of its card until it is trained on others. Who names a size means it, and Reference is
 * what it is to the letter.
 */
function sizesOf({ preprocessing }: BackboneCard, preset: Preset, given: RecipeOverrides): Partial<Recipe> {
  if (preset === 'reference' || given.inputSizePx !== undefined || given.resizePx !== undefined) return {}
  const { cropPx, resizePx } = preprocessing
  if (preset !== 'fine-tune' || cropPx >= fineTunedSidePx) return { inputSizePx: cropPx, resizePx }
  return { inputSizePx: fineTunedSidePx, resizePx: Math.round((resizePx * fineTunedSidePx) / cropPx) }
}

/** What a preset starts from: a backbone that it names may be missing where another will do. */
function preferredOf(named: string | null, installed: readonly InstalledBackbone[]): string | null {
  if (named === null || !preferredBackbones.some((name) => name === named)) return named
  return preferredBackbones.find((name) => installed.some((card) => card.name === name)) ?? named
}

function secondBest(backbone: string, better: string): PlanFinding {
  const downloadBytes = fetchableBackbones.find(({ name }) => name === better)?.sizeBytes ?? null
  return { code: 'backbone-shipped', blocks: false, backbone, better, downloadBytes }
}

function badRecipe(message: Said): SettledRecipe {
  return { recipe: null, isFromShipped: false, findings: [{ code: 'bad-recipe', blocks: true, message }] }
}
