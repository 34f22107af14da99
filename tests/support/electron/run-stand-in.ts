/** Runs the built desktop app on the stand-in for Electron, and lets the process that started it look and act. */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { app } from './stand-in/app.ts'
import { controls, postToCore } from './stand-in/control.ts'

const standIn = new URL('./stand-in.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
})

interface Asked {
  readonly id: number
  readonly name: keyof typeof controls
  readonly args: readonly unknown[]
}

process.on('message', (message: object) => {
  if ('port' in message) return postToCore(message.port)
  const { id, name, args } = message as Asked
  const control = controls[name] as (...given: readonly unknown[]) => unknown
  Promise.resolve()
    .then(() => control(...args))
    .then(
      (value) => process.send?.({ id, value: value ?? null }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    )
})
// Whoever started it is gone, or wants it to go.
process.on('disconnect', () => app.exit(1))
process.on('SIGTERM', () => app.exit(1))

await import(join(app.getAppPath(), 'out/main/index.js'))
process.send?.({ id: 0, value: 'started' })
