import { serveParent } from '../../../src/shared/rpc/serve-parent.ts'
import { createProbe, probeContract } from './probe.ts'

const { handlers } = createProbe(
  () => process.stderr.write('cleaned\n'),
  () => process.disconnect(),
)
serveParent(probeContract, handlers, process)
