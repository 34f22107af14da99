/** The trainer that fails when it is told to, with thin networks. */
import './use-thin-networks.ts'
await import('../children/failing-trainer.ts')
