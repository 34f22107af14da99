import type { ImageSelection } from '../../../shared/contract/catalog.ts'
import type { ClassEdit, Edit, labels } from '../../../shared/contract/labels.ts'
import type { ClassId, ProjectId } from '../../../shared/domain/ids.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import { selectImages } from '../catalog/select-images.ts'
import { type Checking, checkLabels } from '../checks/check-labels.ts'
import { readCheckSummary } from '../checks/label-check-repository.ts'
import type { CoreContext } from '../core-context.ts'
import { transaction, type WritableDb } from '../database/handles.ts'
import { acceptSuggestions } from './accept-suggestions.ts'
import { assignByName, assignLabel } from './assign-label.ts'
import { confirmLabels } from './confirm-labels.ts'
import { createClass, deleteClass, mergeClasses, recolourClass, renameClass, setClassKey } from './class-edits.ts'
import { getImageClass, listClasses } from './class-repository.ts'
import { listEdits, readSteps, redoEdit, undoEdit } from './edit-history.ts'
import { exportCsv } from './export-csv.ts'
import { importCsv } from './import-csv.ts'
import { skipImages } from './skip-images.ts'

export function createLabelsHandlers(context: CoreContext): ServiceHandlers<typeof labels> {
  const { host, projects, folders } = context
  const checking: Checking = new Set()

  /** One edit is one transaction: it is on disk when this returns. */
  function edit<Result>(
    { projectId }: { readonly projectId: ProjectId },
    work: (tx: WritableDb, atMs: number) => Result,
  ): Result {
    return transaction(projects.get(projectId).writer, (tx) => work(tx, host.now()))
  }

  function editClass<Input extends { readonly projectId: ProjectId; readonly classId: ClassId }>(
    input: Input,
    work: (tx: WritableDb, input: Input, atMs: number) => Edit,
  ): ClassEdit {
    return edit(input, (tx, atMs) => {
      const made = work(tx, input, atMs)
      return { edit: made, class: getImageClass(tx, input.classId) }
    })
  }

  function editImages<Input extends { readonly projectId: ProjectId; readonly images: ImageSelection }, Result>(
    input: Input,
    work: (tx: WritableDb, input: Omit<Input, 'images'> & { imageIds: number[] }, atMs: number) => Result,
  ): Result {
    const { images, ...rest } = input
    return edit(input, (tx, atMs) => work(tx, { ...rest, imageIds: selectImages(tx, images) }, atMs))
  }

  return {
    classes: ({ projectId }) => listClasses(projects.get(projectId).reader),
    createClass: (input) =>
      edit(input, (tx, atMs) => {
        const made = createClass(tx, input.name, atMs)
        return { edit: made.edit, class: getImageClass(tx, made.classId) }
      }),
    renameClass: (input) => editClass(input, renameClass),
    mergeClasses: (input) => edit(input, (tx, atMs) => mergeClasses(tx, input, atMs)),
    recolourClass: (input) => editClass(input, recolourClass),
    setClassKey: (input) => editClass(input, setClassKey),
    deleteClass: (input) => edit(input, (tx, atMs) => deleteClass(tx, input.classId, atMs)),
    assign: (input) => editImages(input, assignLabel),
    assignByName: (input) =>
      editImages(input, (tx, named, atMs) => {
        const made = assignByName(tx, named, atMs)
        return { edit: made.edit, class: getImageClass(tx, made.classId) }
      }),
    acceptSuggestions: (input) => editImages(input, acceptSuggestions),
    skip: (input) => editImages(input, skipImages),
    confirm: (input) => editImages(input, confirmLabels),
    check: (input, { signal }) => checkLabels(context, input, { checking, signal }),
    lastCheck: ({ projectId }) => readCheckSummary(projects.get(projectId).reader),
    steps: ({ projectId }) => readSteps(projects.get(projectId).reader),
    undo: (input) => edit(input, (tx) => undoEdit(tx, input.editId)),
    redo: (input) => edit(input, (tx) => redoEdit(tx, input.editId)),
    history: ({ projectId, limit }) => listEdits(projects.get(projectId).reader, limit),
    importCsv: async ({ projectId, file }) => {
      const project = projects.get(projectId)
      return importCsv(project.writer, await folders.resolveFor(project, file), host.now())
    },
    exportCsv: async ({ projectId, file, overwrite }) => {
      const project = projects.get(projectId)
      return exportCsv(project.reader, { file: await folders.resolveFor(project, file), overwrite })
    },
  }
}
