import type { Recipe } from '../../shared/domain/recipe.ts'

export type ScheduleSettings = Pick<Recipe, 'schedule' | 'warmUpRatio' | 'learningRate'>

/**
 * The learning rate of update `step` (from 0) of `totalSteps`. It rises linearly over the warm-up, whose last update
 * has the peak rate, and then stays, or falls along half a cosine towards 0, which it would reach one update after
 * the last: no update is wasted on a rate of 0.
 */
export function learningRateAt(settings: ScheduleSettings, step: number, totalSteps: number): number {
  const warmUpSteps = Math.round(settings.warmUpRatio * totalSteps)
  if (step < warmUpSteps) return (settings.learningRate * (step + 1)) / warmUpSteps
  if (settings.schedule === 'constant') return settings.learningRate
  const progress = (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps)
  return (settings.learningRate * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2
}
