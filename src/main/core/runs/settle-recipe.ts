import type { z } from 'zod'
import type { PlanFinding, runs } from '../../../shared/contract/runs.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
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
  const { backbone } = recipe
  if (backbone === null) return { recipe, findings: [] }
  const card = (await listBackbones(host)).find(({ name }) => name === backbone)
  const fetchable = fetchableBackbones.find(({ name }) => name === backbone)
  const architecture = card?.architecture ?? fetchable?.architecture ?? recipe.architecture
  if (overrides.architecture !== undefined && overrides.architecture !== architecture) {
    return badRecipe(
      said`The backbone ${backbone} is a ${architecture}, not a ${overrides.architecture}. Leave architecture out.`,
    )
  }
  const settled = { ...recipe, architecture }
  if (card !== undefined) return { recipe: settled, findings: [] }
  const downloadBytes = fetchable?.sizeBytes ?? null
  return {
    recipe: settled,
    findings: [{ code: 'backbone-missing', blocks: true, backbone, architecture, downloadBytes }],
  }
}

function badRecipe(message: Said): SettledRecipe {
  return { recipe: null, findings: [{ code: 'bad-recipe', blocks: true, message }] }
}
