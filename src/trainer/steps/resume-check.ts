import { isDeepStrictEqual } from 'node:util'
import type { TrainJob } from '../../shared/contract/trainer.ts'
import type { DeviceId } from '../../shared/domain/device.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { AppError } from '../../shared/errors.ts'
import { said, type Said } from '../../shared/said.ts'
import type { RunIdentity } from './checkpoint.ts'

/** Settings that change when a run gives up or saves, but no number that it computes. */
const harmlessSettings: ReadonlySet<string> = new Set([
  'missingRatioMax',
  'checkpointSeconds',
] satisfies (keyof Recipe)[])

/** What another device has of its own. */
const settingsOfDevice: ReadonlySet<string> = new Set(['device', 'threads', 'precision'])

/** Whether a run has left the device of its checkpoint, now or since it was made. */
export function hasMoved({ relief, lastDevice }: Pick<TrainJob, 'relief' | 'lastDevice'>, device: DeviceId): boolean {
  return relief.avoidedDevices.includes(device) || (lastDevice !== null && lastDevice !== device)
}

/**
 * Each difference in words, such as "recipe.learningRate was 0.01 and is 0.02". Empty: the bits will be the same, or where
 * the run has moved those of another device.
 */
export function differencesOf(before: RunIdentity, now: RunIdentity, isMoved = false): string[] {
  const { recipe: recipeBefore, versions: versionsBefore, ...restBefore } = before
  const { recipe: recipeNow, versions: versionsNow, ...restNow } = now
  return [
    ...compare(recipeBefore, recipeNow, (name) => `recipe.${name}`).filter(({ name }) => !harmlessSettings.has(name)),
    ...compare(restBefore, restNow, (name) => name),
    ...compare(versionsBefore, versionsNow, (name) => said`version of ${name}`),
  ]
    .filter(({ name }) => !isMoved || !settingsOfDevice.has(name))
    .map(({ text }) => text)
}

function compare(
  before: object,
  now: object,
  call: (name: string) => string,
): { readonly name: string; readonly text: Said }[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].flatMap((name) => {
    const was: unknown = Reflect.get(before, name)
    const is: unknown = Reflect.get(now, name)
    if (isDeepStrictEqual(was, is)) return []
    return [{ name, text: said`${call(name)} was ${JSON.stringify(was)} and is ${JSON.stringify(is)}` }]
  })
}

/** Errors: resume-mismatch, listing every difference. */
export function requireSameRun(before: RunIdentity, now: RunIdentity, isMoved: boolean): void {
  const differences = differencesOf(before, now, isMoved)
  if (differences.length === 0) return
  throw new AppError(
    'resume-mismatch',
    said`The run cannot go on as it began, because ${differences.join('; ')}. Restore that, or start a new run.`,
    { data: { differences } },
  )
}
