import type { ImageSort } from '../../shared/contract/catalog.ts'
import type { ImageState, UnreadableReason } from '../../shared/domain/image.ts'
import type { LabelOrigin } from '../../shared/domain/label.ts'
import type { Split } from '../../shared/domain/split.ts'
import { m } from '../messages.ts'

/** What a person calls the members of the closed sets, in the language of now. */
type Words<Member extends string> = Readonly<Record<Member, () => string>>

export const unreadableReasons: Words<UnreadableReason> = {
  empty: m.label_reason_empty,
  truncated: m.label_reason_truncated,
  corrupt: m.label_reason_corrupt,
  'not-an-image': m.label_reason_not_an_image,
  'format-not-supported': m.label_reason_format,
  'too-many-pixels': m.label_reason_pixels,
  'too-large': m.label_reason_large,
  'too-slow': m.label_reason_slow,
  'decoder-died': m.label_reason_decoder,
  'no-permission': m.label_reason_permission,
  'not-a-file': m.label_reason_not_a_file,
  'changed-while-reading': m.label_reason_changed,
}

export const imageStates: Words<ImageState> = {
  readable: m.label_state_readable,
  unreadable: m.label_state_unreadable,
  missing: m.label_state_missing,
}

export const splits: Words<Split | 'none'> = {
  train: m.label_split_train,
  validation: m.label_split_validation,
  test: m.label_split_test,
  none: m.label_split_none,
}

export const origins: Words<LabelOrigin> = {
  person: m.label_origin_person,
  folder: m.label_origin_folder,
  csv: m.label_origin_csv,
  model: m.label_origin_model,
}

export const sorts: Words<ImageSort> = {
  path: m.label_sort_path,
  newest: m.label_sort_newest,
  oldest: m.label_sort_oldest,
  uncertainty: m.label_sort_uncertainty,
  loss: m.label_sort_loss,
  doubt: m.label_sort_doubt,
}
