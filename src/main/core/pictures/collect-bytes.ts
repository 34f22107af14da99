/**
 * All bytes of a stream; null where they are more than `bytesMax`. It is read to its end all the same: whoever is still
 * sending hears no answer.
 */
export async function collectBytes(parts: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array | null> {
  let kept: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of parts) {
    sizeBytes += part.length
    if (sizeBytes <= bytesMax) kept.push(part)
    else kept = []
  }
  return sizeBytes > bytesMax ? null : Buffer.concat(kept)
}
