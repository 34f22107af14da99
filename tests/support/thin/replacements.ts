/**
 * What is replaced where a test asks for the right behaviour and not for the right numbers: networks have an eighth of the
 * channels. A run over a few pictures then takes half the time, most of which was spent on moving eleven million weights
 * about. All else is as it is.
 */
const urlOf = (path: string) => new URL(path, import.meta.url).href

const folder = urlOf('.')

const replacements: ReadonlyMap<string, string> = new Map([
  [urlOf('../../../src/trainer/network/resnet.ts'), urlOf('thin-resnet.ts')],
  [urlOf('../../../src/main/core/processes/node-host.ts'), urlOf('node-host.ts')],
])

/** The module that takes the place of another, both as file URLs; the replacements themselves get the real ones. */
export function replacementOf(url: string, importer: string | undefined): string | undefined {
  return importer?.startsWith(folder) === true ? undefined : replacements.get(url)
}
