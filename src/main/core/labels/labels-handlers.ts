import type { labels } from '../../../shared/contract/labels.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import { selectImages } from '../catalog/select-images.ts'
import type { CoreContext } from '../core-context.ts'
import { transaction, type WritableDb } from '../database/handles.ts'
import { assignLabel } from './assign-label.ts'
import { createClass, deleteClass, mergeClasses, recolourClass, renameClass } from './class-edits.ts'
import { getImageClass, listClasses } from './class-repository.ts'
import { listEdits, redoEdit, undoEdit } from './edit-history.ts'
import { exportCsv } from './export-csv.ts'
import { importCsv } from './import-csv.ts'

export function createLabelsHandlers({ host, projects }: CoreContext): ServiceHandlers<typeof labels> {
  /** One edit is one transaction: it is on disk when this returns. */
  function edit<Result>(
    { projectId }: { readonly projectId: Parameters<typeof projects.get>[0] },
    work: (tx: WritableDb, atMs: number) => Result,
  ): Result {
    return transaction(projects.get(projectId).writer, (tx) => work(tx, host.now()))
  }

  return {
    classes: ({ projectId }) => listClasses(projects.get(projectId).reader),
    createClass: (input) => edit(input, (tx, atMs) => getImageClass(tx, createClass(tx, input.name, atMs))),
    renameClass: (input) =>
      edit(input, (tx, atMs) => {
        renameClass(tx, input, atMs)
        return getImageClass(tx, input.classId)
      }),
    mergeClasses: (input) => edit(input, (tx, atMs) => mergeClasses(tx, input, atMs)),
    recolourClass: (input) =>
      edit(input, (tx, atMs) => {
        recolourClass(tx, input, atMs)
        return getImageClass(tx, input.classId)
      }),
    deleteClass: (input) => edit(input, (tx, atMs) => deleteClass(tx, input.classId, atMs)),
    assign: ({ images, ...input }) =>
      edit(input, (tx, atMs) => assignLabel(tx, { ...input, imageIds: selectImages(tx, images) }, atMs)),
    undo: (input) => edit(input, undoEdit),
    redo: (input) => edit(input, redoEdit),
    history: ({ projectId, limit }) => listEdits(projects.get(projectId).reader, limit),
    importCsv: ({ projectId, file }) => importCsv(projects.get(projectId).writer, file, host.now()),
    exportCsv: ({ projectId, ...target }) => exportCsv(projects.get(projectId).reader, target),
  }
}
