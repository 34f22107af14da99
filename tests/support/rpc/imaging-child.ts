import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { imaging } from '../../../src/shared/contract/imaging.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { said } from '../../../src/shared/said.ts'
import { serveParent } from '../../../src/shared/rpc/serve-parent.ts'

/** A stand-in for the imaging process that ends in the way that the name of the file asks for. */
serveParent(
  { imaging },
  {
    imaging: {
      examine: ({ file }) => {
        if (file === 'environment') process.stderr.write(`NODE_OPTIONS=${process.env['NODE_OPTIONS'] ?? 'none'}\n`)
        if (file === 'crash') {
          process.stderr.write('first line\nthe furnace went out\n')
          process.exit(3)
        }
        if (file === 'abort') process.abort()
        if (file === 'disconnect') process.disconnect()
        if (file === 'chatter') process.stderr.write(`${'x'.repeat(99_999)}END\n`)
        if (file === 'hang') for (;;);
        return {
          state: 'unreadable',
          sizeBytes: 0,
          modifiedAtMs: 0,
          contentHash: null,
          reason: 'empty',
          message: String(process.pid),
        }
      },
      render: async ({ file }) => {
        throw new AppError('not-found', said`${file}`)
      },
      drawSamples: async function* ({ folder }, { signal }) {
        try {
          yield { done: 0, total: 1 }
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
        } finally {
          process.stderr.write('cleaned up\n')
          if (existsSync(folder)) {
            await sleep(100)
            process.stderr.write('still cleaning up\n')
            await sleep(100)
            writeFileSync(join(folder, 'cleaned-up'), '')
          }
        }
      },
    },
  },
  process,
)
