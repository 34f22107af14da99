/** What is imported after it, and in the Node processes that this one starts, has thin networks; see replacements.ts. */
import { registerHooks } from 'node:module'
import { replacementOf } from './replacements.ts'

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    const url = replacementOf(resolved.url, context.parentURL)
    return url === undefined ? resolved : { ...resolved, url }
  },
})
process.env['NODE_OPTIONS'] = `--import=${import.meta.url}`
