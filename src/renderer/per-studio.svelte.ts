import type { Studio } from './studio.svelte.ts'

/**
 * One state per open project, made when it is first asked for. It belongs to no view, so that what it derives and what
 * it has under way goes on when the view that asked first is gone.
 */
export function perStudio<State extends object>(make: (studio: Studio) => State): (studio: Studio) => State {
  const states = new WeakMap<Studio, State>()
  return (studio) => {
    const known = states.get(studio)
    if (known !== undefined) return known
    const made: State[] = []
    $effect.root(() => {
      made.push(make(studio))
    })
    const state = made[0] ?? make(studio)
    states.set(studio, state)
    return state
  }
}
