import { statfs } from 'node:fs/promises'
import { arch, cpus, freemem, release, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { countPhysicalCores } from '../../../imaging/physical-cores.ts'
import type { system } from '../../../shared/contract/system.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import { said } from '../../../shared/said.ts'
import type { Host } from '../host.ts'
import { installTensorflow } from '../cuda/install-tensorflow.ts'
import { findRoot } from '../processes/node-host.ts'
import { openTrainer } from '../processes/open-process.ts'
import { chooseCard } from './chosen-card.ts'
import { isElectronDownloaded, readVersions } from './read-versions.ts'

export function createSystemHandlers(host: Host): ServiceHandlers<typeof system> {
  return {
    report: async () => ({
      versions: readVersions(),
      electronDownloaded: isElectronDownloaded(),
      platform: `${process.platform} ${release()} ${arch()}`,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      physicalCores: countPhysicalCores(),
      memoryTotalBytes: totalmem(),
      memoryFreeBytes: freemem(),
      diskFreeBytes: await freeBytesOf(host.storeFolder),
      storeFolder: host.storeFolder,
    }),
    chooseCard: async ({ card }) => {
      chooseCard(host, card)
      return {}
    },
    installTensorflow: async function* (wish, { signal }) {
      // It brings native code from anywhere: for whoever sits at a terminal, not for a page.
      if (host.shell !== undefined) {
        throw new AppError('forbidden', said`TensorFlow is installed by "athanor doctor --fix cuda" alone.`)
      }
      yield* installTensorflow({ host, root: findRoot(import.meta.dirname) }, wish, signal)
    },
    devices: async (_input, { signal }) => {
      // A fresh process: probing loads native libraries, and one that crashes must not take anything with it.
      const trainer = openTrainer(host)
      try {
        return await trainer.client.devices({}, { signal })
      } finally {
        await trainer.close()
      }
    },
  }
}

/** Of the disk that the folder is on, or will be once it is made. */
async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    const parent = dirname(folder)
    return parent === folder ? 0 : await freeBytesOf(parent)
  }
}
