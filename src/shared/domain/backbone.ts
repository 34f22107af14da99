import { z } from 'zod'
import { Sha256 } from './ids.ts'

export const Architecture = z.enum(['resnet18', 'resnet34', 'resnet50'])
export type Architecture = z.infer<typeof Architecture>

/** How a file becomes the network's input. Channels are R, G, B; pixels are scaled to 0..1 before normalising. */
export const Preprocessing = z.strictObject({
  /** The whole image is squashed to a square of this side. */
  resizePx: z.int().min(16).max(1024),
  /** Of which the centre square of this side is taken. */
  cropPx: z.int().min(16).max(1024),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  deviation: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  /** The network sees the input and its mirror image, left for right; its logits are the mean of what it says of both. */
  seesMirrored: z.boolean().optional(),
})
export type Preprocessing = z.infer<typeof Preprocessing>

/** Resize to 256, centre crop 224, mean and deviation of ImageNet, as torchvision's reference transforms have them. */
export const imagenetPreprocessing: Preprocessing = {
  resizePx: 256,
  cropPx: 224,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
}

export const BackboneName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a backbone name has lower-case letters, digits, dots, dashes and underscores')
export type BackboneName = z.infer<typeof BackboneName>

/** What the store knows about pretrained weights. */
export const BackboneCard = z.strictObject({
  name: BackboneName,
  architecture: Architecture,
  preprocessing: Preprocessing,
  licence: z.string(),
  /** A URL, or the name of the file that was added. */
  source: z.string(),
  /** Of the safetensors file in the store. */
  sha256: Sha256,
  /** Of the file as it was downloaded or added. */
  sourceSha256: Sha256,
  parameterCount: z.int().positive(),
  addedAtMs: z.number(),
})
export type BackboneCard = z.infer<typeof BackboneCard>

/** A backbone that runs can start from. */
export const InstalledBackbone = BackboneCard.extend({
  /** It comes with Athanor and lies beside it, not in the person's store. */
  isShipped: z.boolean(),
})
export type InstalledBackbone = z.infer<typeof InstalledBackbone>

/** What a preset starts from where a person names nothing else: the first of these that is installed, best first. */
export const preferredBackbones = ['resnet18-imagenet', 'resnet18-timm', 'procedural-resnet18'] as const
