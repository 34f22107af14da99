/** Beyond these a file is refused before its pixels are touched. */

/** The whole file is held in memory once. */
export const sizeBytesMax = 256 * 2 ** 20

/** Above the largest common camera (102 megapixels), below the 14,000 x 14,000 of the classic bombs. */
export const pixelCountMax = 2 ** 27

/** Only the first frame is ever decoded; a file with more than this is an attack on whoever counts them. */
export const pageCountMax = 10_000

/** For one decode; a large photograph takes about a second. */
export const decodeSecondsMax = 20

/** For a file that was decoded before, by a thread that leaves the processor to others: how busy they are must not decide whether it is read. */
export const patientDecodeSecondsMax = 600
