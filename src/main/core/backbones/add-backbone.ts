import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { BackboneCard } from '../../../shared/domain/backbone.ts'
import type { Host } from '../host.ts'
import { openTrainer } from '../processes/open-process.ts'
import { backboneNameOf } from './backbone-name.ts'
import { toDiskError } from '../downloads/disk-error.ts'

export interface NewBackbone {
  readonly file: string
  /** Null: after the file. */
  readonly name: string | null
  readonly overwrite: boolean
  /** Where it comes from and under which licence; null where only the file is known. */
  readonly origin: { readonly source: string; readonly licence: string } | null
}

/**
 * Puts weights into the store. They are read in a process of their own, so that a hostile file has nothing to break.
 * Errors: not-found, bad-file, refused-file, conflict.
 */
export async function addBackbone(host: Host, added: NewBackbone, signal: AbortSignal): Promise<BackboneCard> {
  const facts = await stat(added.file).catch((thrown: unknown) => {
    throw toDiskError(thrown, added.file)
  })
  if (!facts.isFile())
    throw new AppError('bad-file', said`${added.file} is not a file. Name a checkpoint or safetensors file.`)
  const trainer = openTrainer(host)
  try {
    return await trainer.client.addBackbone(
      {
        file: added.file,
        storeFolder: host.storeFolder,
        name: added.name ?? backboneNameOf(added.file),
        source: added.origin?.source ?? basename(added.file),
        licence: added.origin?.licence ?? said`unknown`,
        overwrite: added.overwrite,
      },
      { signal },
    )
  } finally {
    await trainer.close()
  }
}
