import { hostname, networkInterfaces } from 'node:os'

const anyAddress = ['0.0.0.0', '::']
const loopbackAddress = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

export const isLoopback = (address: string) => loopbackAddress.test(address)

/**
 * The names that a browser may use for a server that listens on an address, the best first. Every other name is refused,
 * whoever owns it: it may have been made to point here.
 */
export function namesOf(address: string): readonly string[] {
  if (isLoopback(address)) return [...new Set([bracketed(address), 'localhost'])]
  if (!anyAddress.includes(address)) return [bracketed(address)]
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // Browsers do not take the zone that a link-local address needs.
    .filter(({ family, address: found }) => (address === '::' || family === 'IPv4') && !found.startsWith('fe80:'))
    .toSorted((one, other) => Number(one.internal) - Number(other.internal))
    .map(({ address: found }) => bracketed(found))
  return [...own, hostname().toLowerCase(), 'localhost']
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
