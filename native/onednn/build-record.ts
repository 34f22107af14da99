import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OnednnBuild, type BuiltOnednn } from '../../src/shared/domain/onednn-build.ts'

const name = 'build.json'

/** What the last attempt built, if that is still there. */
export function readBuilt(target: string): BuiltOnednn | null {
  try {
    const { built } = OnednnBuild.parse(JSON.parse(readFileSync(join(target, name), 'utf8')))
    return built !== null && built.files.every((file) => existsSync(join(target, file))) ? built : null
  } catch {
    return null
  }
}

export function writeRecord(target: string, record: OnednnBuild): void {
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, name), `${JSON.stringify(record, null, 2)}\n`)
}

/** Hash of all that the addon is made from here, and of what it is made for. */
export function hashSources(folder: string): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  const sources = readdirSync(join(folder, 'src')).map((file) => join('src', file))
  for (const file of ['binding.gyp', join('node', 'common.gypi'), ...sources.sort()]) {
    hash.update(`${file}\n`).update(readFileSync(join(folder, file)))
  }
  return hash.digest('hex')
}

/** Another version of a library is another file. */
export function markOfLibrary(file: string): string {
  const { size, mtimeMs } = statSync(file)
  return `${file} ${String(size)} ${String(mtimeMs)}`
}
