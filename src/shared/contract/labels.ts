import { z } from 'zod'
import { ClassId, EditId } from '../domain/ids.ts'
import { ClassName, ImageClass, LabelOrigin } from '../domain/label.ts'
import { DeviceId } from '../domain/device.ts'
import { DoubtReason } from '../domain/doubt.ts'
import { call, stream } from '../rpc/endpoint.ts'
import { ImageSelection } from './catalog.ts'
import { inProject } from './project.ts'
import { LearningEvent } from './learning.ts'
import { SeeingEvent } from './seeing.ts'

/** One step of the history: what a single undo takes back. */
export const Edit = z.strictObject({
  /** Null where nothing had to be changed: that leaves no trace in the history. */
  id: EditId.nullable(),
  /** In words, such as "label 412 images as bun". */
  description: z.string(),
  imageCount: z.int().nonnegative(),
  atMs: z.number(),
})
export type Edit = z.infer<typeof Edit>

/** A class as it is after an edit. */
export const ClassEdit = z.strictObject({ edit: Edit, class: ImageClass })
export type ClassEdit = z.infer<typeof ClassEdit>

/** Without an id: whatever comes next. */
const HistoryStep = inProject.extend({ editId: EditId.optional() })

export const CsvImportResult = z.strictObject({
  labelled: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  /** By line number of the file, from 1. Where there is any, nothing was applied. */
  badLines: z.array(z.strictObject({ line: z.int().positive(), problem: z.string() })),
})
export type CsvImportResult = z.infer<typeof CsvImportResult>

/** What the last check of the labels found, as far as they are still what they were then. */
export const CheckSummary = z.strictObject({
  atMs: z.number(),
  /** Labels that were held against the others. */
  checked: z.int().nonnegative(),
  /** Whether a network also learned them, and was listened to. */
  thorough: z.boolean(),
  /**
   * Of those, how many a head that never saw them says the same of, and the 95 % interval of that ratio: what Quick gives
   * with these labels, judged on all of them instead of on a small test split.
   */
  agreed: z.int().nonnegative(),
  agreedInterval: z.tuple([z.number(), z.number()]),
  /** How many are doubted, by reason. */
  doubted: z.record(DoubtReason, z.int().nonnegative()),
  /** Readable labelled images that are new, or have changed in bytes or label since. */
  unchecked: z.int().nonnegative(),
})
export type CheckSummary = z.infer<typeof CheckSummary>

export const CheckEvent = z.discriminatedUnion('kind', [
  SeeingEvent,
  z.strictObject({ kind: z.literal('comparing'), done: z.int().nonnegative(), total: z.int().positive() }),
  LearningEvent,
  /** The last one. */
  z.strictObject({
    kind: z.literal('finished'),
    summary: CheckSummary,
    /** Images that could not be read. */
    failedCount: z.int().nonnegative(),
  }),
])
export type CheckEvent = z.infer<typeof CheckEvent>

/** Every edit is on disk when its call returns, is one transaction, and can be undone, also after a restart. */
export const labels = {
  classes: call(inProject, z.array(ImageClass)),
  createClass: call(inProject.extend({ name: ClassName }), ClassEdit),
  renameClass: call(inProject.extend({ classId: ClassId, name: ClassName }), ClassEdit),
  /** Moves all labels of `from` to `into` and removes the class `from`. */
  mergeClasses: call(inProject.extend({ from: ClassId, into: ClassId }), Edit),
  recolourClass: call(inProject.extend({ classId: ClassId, colour: z.int().min(0).max(23) }), ClassEdit),
  /** Removes the class; its images become unlabelled. */
  deleteClass: call(inProject.extend({ classId: ClassId }), Edit),
  /** Labels images with a class, or takes their label away (null). Paths that the catalog does not know: not-found. */
  assign: call(
    inProject.extend({
      images: ImageSelection,
      classId: ClassId.nullable(),
      origin: LabelOrigin.default('person'),
      who: z.string().default(''),
    }),
    Edit,
  ),
  /** Labels images with the class of this name, which is made where there is none: one edit. */
  assignByName: call(
    inProject.extend({ images: ImageSelection, name: ClassName, who: z.string().default('') }),
    ClassEdit,
  ),
  /** Labels each selected image that has no label as predicted, where the model was sure enough: one edit. */
  acceptSuggestions: call(
    inProject.extend({ images: ImageSelection, confidenceMin: z.number().min(0).max(1).default(0) }),
    Edit,
  ),
  /** Marks images as looked at and left without a label, or takes the mark away. Labelled ones are left as they are. */
  skip: call(inProject.extend({ images: ImageSelection, isSkipped: z.boolean().default(true) }), Edit),
  /**
   * A person calls labels right although a model says otherwise: they become the person's, and are confirmed until they
   * change. Images without a label are left as they are.
   */
  confirm: call(inProject.extend({ images: ImageSelection, who: z.string().default('') }), Edit),
  /**
   * Holds every label against what all other images say, and keeps what is doubted; needs no model. A thorough check also
   * trains the whole network, which takes minutes, and listens to it; where that fails, it ends with the error, and what
   * the usual one found is kept. Leaving the stream keeps nothing of it. Errors: not-enough-data, conflict where it is under way already.
   */
  check: stream(
    inProject.extend({ device: DeviceId.nullable().default(null), thorough: z.boolean().default(false) }),
    CheckEvent,
  ),
  /** Null before the first check. */
  lastCheck: call(inProject, CheckSummary.nullable()),
  /** Null frees the key. A key that another class has changes over to this one. Errors: conflict for keys of commands. */
  setClassKey: call(
    inProject.extend({
      classId: ClassId,
      key: z
        .string()
        .regex(/^[0-9a-z]$/)
        .nullable(),
    }),
    ClassEdit,
  ),
  /** What the next undo and the next redo would do; null where there is nothing. */
  steps: call(inProject, z.strictObject({ undo: Edit.nullable(), redo: Edit.nullable() })),
  /**
   * Null where there is nothing to undo or redo. Errors: conflict where `editId` is not the step that comes next; nothing
   * is done then.
   */
  undo: call(HistoryStep, Edit.nullable()),
  redo: call(HistoryStep, Edit.nullable()),
  /** The latest edits that an undo would take back, newest first. */
  history: call(inProject.extend({ limit: z.int().min(1).max(1000).default(20) }), z.array(Edit)),
  /** Reads `path,class` lines (a header is recognised); classes that do not exist are made. All or nothing. */
  importCsv: call(inProject.extend({ file: z.string().min(1) }), CsvImportResult),
  /** Writes one `path,class` line per labelled image. Existing files need `overwrite`. */
  exportCsv: call(
    inProject.extend({ file: z.string().min(1), overwrite: z.boolean().default(false) }),
    z.strictObject({ file: z.string(), lines: z.int().nonnegative() }),
  ),
}
