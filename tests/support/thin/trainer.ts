/** The trainer, with thin networks. */
import './use-thin-networks.ts'
await import('../../../src/trainer/entry.ts')
