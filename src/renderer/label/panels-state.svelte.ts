import type { NextStep } from './next-step.ts'

/** Which side panels lie over the grid now, where the window is too narrow for them to stand beside it. */
export class PanelsState {
  isSidebarOpen = $state(false)
  isInspectorOpen = $state(false)
  isJumpOpen = $state(false)
  /** The key that the class which is being made will get. */
  newClassKey = $state<string | null>(null)
  isMakingClass = $state(false)
  /** What was said to come next, and put away. */
  dismissedStep = $state<NextStep | null>(null)

  makeClass(key: string | null = null): void {
    this.newClassKey = key
    this.isMakingClass = true
  }
}
