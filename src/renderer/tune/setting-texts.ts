import { presets, type Preset } from '../../shared/domain/recipe.ts'
import { formatCount } from '../ui/format.ts'
import { m } from '../messages.ts'
import {
  formatNumber,
  type FieldGroup,
  type FieldUnit,
  type RecipeField,
  type SettingName,
  type SettingValue,
} from './recipe-fields.ts'

interface SettingText {
  readonly title: () => string
  readonly help: () => string
}

/** What each setting is called and does. A setting without a text does not compile. */
export const settingTexts: Readonly<Record<SettingName, SettingText>> = {
  architecture: { title: m.tune_setting_architecture, help: m.tune_help_architecture },
  backbone: { title: m.tune_setting_backbone, help: m.tune_help_backbone },
  trainableFrom: { title: m.tune_setting_trainable_from, help: m.tune_help_trainable_from },
  epochs: { title: m.tune_setting_epochs, help: m.tune_help_epochs },
  fitHeadFirst: { title: m.tune_setting_fit_head_first, help: m.tune_help_fit_head_first },
  views: { title: m.tune_setting_views, help: m.tune_help_views },
  batchSize: { title: m.tune_setting_batch_size, help: m.tune_help_batch_size },
  microBatchSize: { title: m.tune_setting_micro_batch_size, help: m.tune_help_micro_batch_size },
  lossReduction: { title: m.tune_setting_loss_reduction, help: m.tune_help_loss_reduction },
  learningRate: { title: m.tune_setting_learning_rate, help: m.tune_help_learning_rate },
  headLearningRateMultiplier: {
    title: m.tune_setting_head_learning_rate_multiplier,
    help: m.tune_help_head_learning_rate_multiplier,
  },
  momentum: { title: m.tune_setting_momentum, help: m.tune_help_momentum },
  weightDecay: { title: m.tune_setting_weight_decay, help: m.tune_help_weight_decay },
  schedule: { title: m.tune_setting_schedule, help: m.tune_help_schedule },
  warmUpRatio: { title: m.tune_setting_warm_up_ratio, help: m.tune_help_warm_up_ratio },
  mixup: { title: m.tune_setting_mixup, help: m.tune_help_mixup },
  distortion: { title: m.tune_setting_distortion, help: m.tune_help_distortion },
  labelSmoothing: { title: m.tune_setting_label_smoothing, help: m.tune_help_label_smoothing },
  classWeights: { title: m.tune_setting_class_weights, help: m.tune_help_class_weights },
  inputSizePx: { title: m.tune_setting_input_size_px, help: m.tune_help_input_size_px },
  resizePx: { title: m.tune_setting_resize_px, help: m.tune_help_resize_px },
  cropScaleMin: { title: m.tune_setting_crop_scale_min, help: m.tune_help_crop_scale_min },
  cropScaleMax: { title: m.tune_setting_crop_scale_max, help: m.tune_help_crop_scale_max },
  cropRatioMin: { title: m.tune_setting_crop_ratio_min, help: m.tune_help_crop_ratio_min },
  cropRatioMax: { title: m.tune_setting_crop_ratio_max, help: m.tune_help_crop_ratio_max },
  horizontalFlip: { title: m.tune_setting_horizontal_flip, help: m.tune_help_horizontal_flip },
  verticalFlip: { title: m.tune_setting_vertical_flip, help: m.tune_help_vertical_flip },
  seesMirrored: { title: m.tune_setting_sees_mirrored, help: m.tune_help_sees_mirrored },
  earlyStopPatience: { title: m.tune_setting_early_stop_patience, help: m.tune_help_early_stop_patience },
  averageEpochs: { title: m.tune_setting_average_epochs, help: m.tune_help_average_epochs },
  keepBest: { title: m.tune_setting_keep_best, help: m.tune_help_keep_best },
  missingRatioMax: { title: m.tune_setting_missing_ratio_max, help: m.tune_help_missing_ratio_max },
  checkpointSeconds: { title: m.tune_setting_checkpoint_seconds, help: m.tune_help_checkpoint_seconds },
  limit: { title: m.tune_setting_limit, help: m.tune_help_limit },
  seed: { title: m.tune_setting_seed, help: m.tune_help_seed },
  device: { title: m.tune_setting_device, help: m.tune_help_device },
  precision: { title: m.tune_setting_precision, help: m.tune_help_precision },
  threads: { title: m.tune_setting_threads, help: m.tune_help_threads },
}

export const groupTitles: Readonly<Record<FieldGroup, () => string>> = {
  network: m.tune_group_network,
  learning: m.tune_group_learning,
  pictures: m.tune_group_pictures,
  stopping: m.tune_group_stopping,
  machine: m.tune_group_machine,
}

export const unitNames: Readonly<Record<FieldUnit, () => string>> = {
  pixels: m.tune_unit_pixels,
  seconds: m.tune_unit_seconds,
  images: m.tune_unit_images,
  epochs: m.tune_unit_epochs,
  times: m.tune_unit_times,
  threads: m.tune_unit_threads,
}

export interface PresetText {
  readonly title: () => string
  readonly text: () => string
  readonly when: () => string
}

export const presetTexts: Readonly<Record<Preset, PresetText>> = {
  quick: { title: m.tune_preset_quick, text: m.tune_preset_quick_text, when: m.tune_preset_quick_when },
  'fine-tune': {
    title: m.tune_preset_fine_tune,
    text: m.tune_preset_fine_tune_text,
    when: m.tune_preset_fine_tune_when,
  },
  reference: { title: m.tune_preset_reference, text: m.tune_preset_reference_text, when: m.tune_preset_reference_when },
  'from-scratch': {
    title: m.tune_preset_from_scratch,
    text: m.tune_preset_from_scratch_text,
    when: m.tune_preset_from_scratch_when,
  },
}

/** Choices that have a name in plain words; others, such as `resnet18`, are names themselves. */
const choiceNames: Readonly<Record<string, () => string>> = {
  stem: m.tune_choice_stem,
  layer1: m.tune_choice_layer1,
  layer2: m.tune_choice_layer2,
  layer3: m.tune_choice_layer3,
  layer4: m.tune_choice_layer4,
  head: m.tune_choice_head,
  sum: m.tune_choice_sum,
  mean: m.tune_choice_mean,
  constant: m.tune_choice_constant,
  cosine: m.tune_choice_cosine,
  none: m.tune_choice_none,
  balanced: m.tune_choice_balanced,
}

const properNames: Readonly<Record<string, string>> = {
  resnet18: 'ResNet-18',
  resnet34: 'ResNet-34',
  resnet50: 'ResNet-50',
  cuda: 'CUDA',
  tensorflow: 'TensorFlow',
  webgpu: 'WebGPU',
  onednn: 'oneDNN',
  wasm: 'WebAssembly',
}

export const choiceName = (choice: string): string => choiceNames[choice]?.() ?? properNames[choice] ?? choice

/** A value as the form and the comparison show it. */
export function valueText(name: SettingName | 'preset', value: SettingValue): string {
  if (name === 'preset') return isPreset(value) ? presetTexts[value].title() : String(value)
  if (value === null) return name === 'backbone' ? m.tune_choice_random() : emptyText(name)
  if (typeof value === 'boolean') return value ? m.tune_yes() : m.tune_no()
  if (typeof value === 'number')
    return Number.isInteger(value) && name !== 'seed' ? formatCount(value) : formatNumber(value)
  return choiceName(value)
}

/** What it means that a setting has no value. */
export function emptyText(name: SettingName): string {
  if (name === 'limit') return m.tune_all_images()
  if (name === 'earlyStopPatience') return m.tune_never()
  return m.tune_automatic()
}

const isPreset = (value: SettingValue): value is Preset => typeof value === 'string' && value in presets

export function boundsText({ minimum, maximum, isAboveMinimum }: RecipeField): string {
  if (minimum === null || maximum === null) return ''
  const bounds = { minimum: formatNumber(minimum), maximum: formatNumber(maximum) }
  return isAboveMinimum ? m.tune_bounds_above(bounds) : m.tune_bounds(bounds)
}

/** A message of core, which names settings as the recipe does, with the names that the form has for them. */
export function withTitles(message: string): string {
  return message.replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b|\bepochs\b/g, (word) =>
    word in settingTexts ? `“${settingTexts[word as SettingName].title()}”` : word,
  )
}
