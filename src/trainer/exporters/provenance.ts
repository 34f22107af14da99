import type { ModelManifest } from '../../shared/domain/model.ts'

/** Where a model comes from, for programs that read an export. Names no path of this machine. */
export function provenanceOf(manifest: ModelManifest): Readonly<Record<string, unknown>> {
  const { id, architecture, createdAtMs, datasetHash, weightsSha256, backbone, versions } = manifest
  return {
    model: id,
    architecture,
    createdAt: new Date(createdAtMs).toISOString(),
    datasetHash,
    weightsSha256,
    backbone: backbone === null ? null : { name: backbone.name, sha256: backbone.sha256, licence: backbone.licence },
    versions,
  }
}
