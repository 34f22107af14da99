import { basename, extname } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { BackboneName } from '../../../shared/domain/backbone.ts'

/** A name for the weights in a file: `My Weights.v2.pth` gives `my-weights.v2`. Errors: bad-input. */
export function backboneNameOf(file: string): string {
  const name = basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64)
  if (BackboneName.safeParse(name).success) return name
  throw new AppError('bad-input', said`The name of ${file} gives no name for a backbone. Choose one with --name.`)
}
