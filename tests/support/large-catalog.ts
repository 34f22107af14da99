import { storePredictions } from '../../src/main/core/catalog/predictions.ts'
import type { OpenProject } from '../../src/main/core/core-context.ts'
import { transaction, type WritableDb } from '../../src/main/core/database/handles.ts'
import { ImageId, type ModelId } from '../../src/shared/domain/ids.ts'
import { type Random, randomOf } from '../../src/shared/random.ts'
import { addModel } from './add-model.ts'
import { readableExamination } from './examinations.ts'

export const classNames = Array.from({ length: 12 }, (_, at) => `class ${at + 1}`)

/**
 * Puts images into an empty catalog, straight into its tables: 60 % labelled, a third in splits, some copies, skipped,
 * unreadable and missing ones, and a model that has predicted all it can.
 */
export function fillCatalog(project: OpenProject, imageCount: number): ModelId {
  const draw = randomOf(imageCount)
  return transaction(project.writer, (tx) => {
    for (const [at, name] of classNames.entries()) {
      tx.prepare('INSERT INTO class (name, colour) VALUES (?, ?)').run(name, at)
    }
    const readable = insertImages(tx, imageCount, draw)
    const modelId = addModel(tx, classNames)
    const rows = readable.map((image) => ({ ...image, probabilities: drawProbabilities(draw) }))
    storePredictions(tx, modelId, rows)
    return modelId
  })
}

function insertImages(tx: WritableDb, imageCount: number, draw: Random) {
  const insert = tx.prepare(
    `INSERT INTO image (path, state, size_bytes, modified_at_ms, changed_at_ms, content_hash, facts, perceptual_hash,
       unreadable_reason, unreadable_message, split, class_id, label_origin, label_who, labelled_at_ms, is_skipped,
       is_unsettled, is_folder_offered)
     VALUES (?, ?, 1000, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)`,
  )
  const readable: { readonly imageId: ImageId; readonly contentHash: string }[] = []
  for (let at = 0; at < imageCount; at += 1) {
    const isBroken = draw() < 0.002
    const { contentHash, facts } = readableExamination(String(draw() < 0.05 ? Math.floor(at / 2) : imageCount + at))
    const state = isBroken ? 'unreadable' : draw() < 0.002 ? 'missing' : 'readable'
    const classId = draw() < 0.6 ? 1 + Math.floor(draw() * classNames.length) : null
    const split = ['train', 'validation', 'test'][Math.floor(draw() * 9)] ?? null
    const { lastInsertRowid } = insert.run(
      `holiday ${2000 + (at % 25)}/album ${at % 400}/IMG_${String(at).padStart(6, '0')}.jpg`,
      state,
      1_500_000_000_000 + Math.floor(draw() * 2e8) * 1000,
      isBroken ? null : contentHash,
      ...(isBroken
        ? [null, null, 'truncated', 'It ends too early.']
        : [JSON.stringify(facts), facts.perceptualHash, null, null]),
      split,
      ...(classId === null ? [null, null, null, null] : [classId, 'person', '', at]),
      classId === null && draw() < 0.02 ? 1 : 0,
    )
    if (state === 'readable') readable.push({ imageId: ImageId.parse(Number(lastInsertRowid)), contentHash })
  }
  return readable
}

function drawProbabilities(draw: Random): Float32Array {
  const weights = classNames.map(() => Math.exp(6 * draw()))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return Float32Array.from(weights, (weight) => weight / sum)
}
