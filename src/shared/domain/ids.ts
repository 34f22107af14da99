import { z } from 'zod'

/** Ids are branded so that one kind cannot stand for another. Images and classes are catalog rows. */
const rowId = z.int().positive()

export const ImageId = rowId.brand<'ImageId'>()
export type ImageId = z.infer<typeof ImageId>

export const ClassId = rowId.brand<'ClassId'>()
export type ClassId = z.infer<typeof ClassId>

/** A step of the history of labelling. */
export const EditId = rowId.brand<'EditId'>()
export type EditId = z.infer<typeof EditId>

/** Short names that a person can type; numbered per project in the order of their making. */
export const DatasetId = z
  .string()
  .regex(/^dataset-[1-9]\d*$/, 'expected a dataset id such as dataset-1')
  .brand<'DatasetId'>()
export type DatasetId = z.infer<typeof DatasetId>

export const RunId = z
  .string()
  .regex(/^run-[1-9]\d*$/, 'expected a run id such as run-1')
  .brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

export const ModelId = z
  .string()
  .regex(/^model-[1-9]\d*$/, 'expected a model id such as model-1')
  .brand<'ModelId'>()
export type ModelId = z.infer<typeof ModelId>

/** A picture that a window handed over to be looked at once; forgotten when Athanor ends. */
export const UploadId = z.uuid().brand<'UploadId'>()
export type UploadId = z.infer<typeof UploadId>

/** A UUID that the catalog keeps, so that a project stays itself when its folder moves. */
export const ProjectId = z.uuid().brand<'ProjectId'>()
export type ProjectId = z.infer<typeof ProjectId>

/** Lower-case hex of a SHA-256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a sha256 in hex')
export type Sha256 = z.infer<typeof Sha256>
