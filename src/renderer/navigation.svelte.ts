import { SvelteMap, SvelteURLSearchParams } from 'svelte/reactivity'

/** The places of the studio; the first four are the way from pictures to a model. */
export const places = ['label', 'tune', 'evaluate', 'export', 'settings'] as const
export type Place = (typeof places)[number]

/**
 * Where the person is, kept in the address after `#` so that a reload and the back button come back to it:
 * `#/label?class=3&sort=loss`. Each place has parameters of its own, which stay while another place is shown.
 */
export class Navigation {
  place = $state<Place>('label')
  readonly #parameters = new SvelteMap(places.map((place) => [place, new SvelteURLSearchParams()]))

  constructor() {
    this.#read()
    window.addEventListener('hashchange', () => this.#read())
  }

  /** Of the place that is given, or of the one shown; changing them goes through `go`. */
  parameters(place: Place = this.place): URLSearchParams {
    return this.#parameters.get(place) ?? new SvelteURLSearchParams()
  }

  /** Shows a place. Parameters that are not given stay; null takes one away. */
  go(place: Place, changes: Readonly<Record<string, string | null>> = {}): void {
    const parameters = this.parameters(place)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) parameters.delete(name)
      else parameters.set(name, value)
    }
    const isSamePlace = place === this.place
    this.place = place
    const address = addressOf(place, parameters)
    // Filters come and go quickly: only a change of place is a step of the back button.
    if (isSamePlace) history.replaceState(null, '', address)
    else history.pushState(null, '', address)
  }

  /** Forgets what every place was set to, for another project. */
  reset(): void {
    for (const parameters of this.#parameters.values()) {
      for (const name of [...parameters.keys()]) parameters.delete(name)
    }
    this.place = 'label'
    history.replaceState(null, '', addressOf('label', this.parameters()))
  }

  #read(): void {
    const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
    const place = places.find((name) => name === path)
    if (place === undefined) return
    const parameters = this.parameters(place)
    for (const name of [...parameters.keys()]) parameters.delete(name)
    for (const [name, value] of new SvelteURLSearchParams(query)) parameters.set(name, value)
    this.place = place
  }
}

function addressOf(place: Place, parameters: URLSearchParams): string {
  const query = parameters.toString()
  return `#/${place}${query === '' ? '' : `?${query}`}`
}
