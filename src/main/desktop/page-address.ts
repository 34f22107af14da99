/** The page has a scheme of its own: with `file:` it could read the disk, and every file would be its origin. */
export const pageScheme = 'athanor'
export const pageOrigin = `${pageScheme}://studio`

export const isOwnPage = (address: string) => address === pageOrigin || address.startsWith(`${pageOrigin}/`)
