import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** What is not the public internet (RFC 6890 and its followers), IPv4. */
const private4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

const blocked4 = new BlockList()
for (const [network, prefix] of private4) blocked4.addSubnet(network, prefix, 'ipv4')

/** The public internet in IPv6 is one block, with some exceptions; everything else is not asked. */
const public6 = new BlockList()
public6.addSubnet('2000::', 3, 'ipv6')
const blocked6 = new BlockList()
// Teredo, documentation, 6to4: what they lead to may be anywhere.
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  blocked6.addSubnet(network, prefix, 'ipv6')
}

/** Whether an address belongs to the public internet: no loopback, no local network, no metadata service. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked4.check(address, 'ipv4')
  if (!isIPv6(address)) return false
  return public6.check(address, 'ipv6') && !blocked6.check(address, 'ipv6')
}
