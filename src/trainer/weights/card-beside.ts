import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { BackboneCard } from '../../shared/domain/backbone.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'

/**
 * The card that lies beside a file of weights, `NAME.json` beside `NAME.safetensors`, as a store has it and
 * tools/pretrain writes it: at which sizes the weights see best stands nowhere else. Null where there is none, or another
 * kind of file of that name. Errors: checksum when it is the card of other weights.
 */
export async function cardBeside(file: string, sha256: string): Promise<BackboneCard | null> {
  const cardFile = join(dirname(file), `${basename(file, extname(file))}.json`)
  const { data: card } = BackboneCard.safeParse(await readJson(cardFile))
  if (card === undefined) return null
  if (card.sha256 === sha256 || card.sourceSha256 === sha256) return card
  throw new AppError(
    'checksum',
    said`${cardFile} is the card of other weights than ${basename(file)}: they have another sha256.
      Put the two that belong together there, or take the card away.`,
  )
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}
