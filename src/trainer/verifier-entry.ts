import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { Handlers } from '../shared/rpc/endpoint.ts'
import { serveParent } from '../shared/rpc/serve-parent.ts'
import type { ExportRuntime } from './exporters/exporter.ts'
import { openRuntime } from './exporters/open-runtime.ts'
import { verifierContract } from './exporters/verifier-contract.ts'

let opened: ExportRuntime | null = null

function runtime(): ExportRuntime {
  if (opened === null) throw new AppError('conflict', said`No export has been opened yet.`)
  return opened
}

const handlers: Handlers<typeof verifierContract> = {
  verifier: {
    open: async ({ format, folder }) => {
      opened = await openRuntime(format, folder)
      return { runtime: opened.name }
    },
    runPixels: async ({ pixels, count }) => ({ probabilities: await runtime().fromPixels(pixels, count) }),
    runFile: async ({ file }) => ({ probabilities: await runtime().fromFile(file) }),
  },
}

serveParent(verifierContract, handlers, process)
