/** Such as "412 images", for the descriptions of edits. */
export function countInWords(imageCount: number): string {
  return `${imageCount} ${imageCount === 1 ? 'image' : 'images'}`
}
