import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { FetchableBackbone } from '../../../shared/contract/backbones.ts'

/** Public pretrained weights; each file is pinned by its sha256, whatever its address serves later. */
export const fetchableBackbones: readonly FetchableBackbone[] = [
  {
    name: 'resnet18-imagenet',
    architecture: 'resnet18',
    description: said`ResNet-18 trained on ImageNet-1k, from torchvision (IMAGENET1K_V1)`,
    url: 'https://download.pytorch.org/models/resnet18-f37072fd.pth',
    sizeBytes: 46_830_571,
    sha256: 'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec',
    licence: 'BSD-3-Clause',
  },
  {
    name: 'resnet18-timm',
    architecture: 'resnet18',
    description: said`the same weights as safetensors, from timm (resnet18.tv_in1k)`,
    url: 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/bbd144b3e5565108aad885f145491d11bc6ce807/model.safetensors',
    sizeBytes: 46_807_446,
    sha256: '694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81',
    licence: 'BSD-3-Clause',
  },
  {
    name: 'resnet34-imagenet',
    architecture: 'resnet34',
    description: said`ResNet-34 trained on ImageNet-1k, from timm (resnet34.tv_in1k)`,
    url: 'https://huggingface.co/timm/resnet34.tv_in1k/resolve/1b7b21cca82ff974d341713f777bf740c2db38c4/model.safetensors',
    sizeBytes: 87_278_522,
    sha256: '0bb82595a564991a9d424708b33f5d843f5aaed7f6c0886ff10849ff97022235',
    licence: 'BSD-3-Clause',
  },
  {
    name: 'resnet50-imagenet',
    architecture: 'resnet50',
    description: said`ResNet-50 trained on ImageNet-1k, from timm (resnet50.tv_in1k)`,
    url: 'https://huggingface.co/timm/resnet50.tv_in1k/resolve/78f3ecfdb38e06d9b8397f662e7ab8fee96026fa/model.safetensors',
    sizeBytes: 102_469_840,
    sha256: '5d061a3c593d795bfe682d9b152bafbcf550579873492def3515b46db1189888',
    licence: 'BSD-3-Clause',
  },
]

/** Errors: not-found, with the names that there are. */
export function findFetchable(name: string, table: readonly FetchableBackbone[]): FetchableBackbone {
  const found = table.find((backbone) => backbone.name === name)
  if (found !== undefined) return found
  const names = table.map((backbone) => backbone.name).join(', ')
  throw new AppError(
    'not-found',
    said`No backbone named "${name}" can be fetched. There are: ${names}. For your own weights: athanor backbone add FILE.`,
  )
}
