import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Language = 'en' | 'zh-CN'
/** The text of a message as it stands in the catalogues, up to its first variable. */
export type Words = (key: string) => string

/** How the scenes find what they press, in either language. */
export function readWords(language: Language): Words {
  const folder = join(import.meta.dirname, '../../resources/locales', language)
  const texts = new Map(
    readdirSync(folder).flatMap((file) =>
      // Ours, and held to their form by a test.
      Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>),
    ),
  )
  return (key) => {
    const text = texts.get(key)
    if (typeof text !== 'string') throw new Error(`There is no plain message ${key} in ${language}`)
    return text.replace(/\{.*$/, '').trim()
  }
}
