// The bytes of protocol/SPEC.md, protocol/roster/SPEC.md and
// node/exchange/SPEC.md that a greeting needs, written from these pages alone.
import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto'

export const kinds = { HELLO: 1, UNKNOWN: 2, BUSY: 3, PROVE: 4, PROOF: 5, REFUSED: 6, ALIVE: 7 }
export const nameOf = kind => Object.keys(kinds).find(k => kinds[k] === kind) ?? `kind ${kind}`

const bytes = (...parts) => Buffer.concat(parts.map(p => typeof p === 'string' ? Buffer.from(p) : Buffer.from(p)))
const u16 = n => [n >> 8, n & 255]
const u32 = n => [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255]

// protocol/SPEC.md, Ids.
export const hash = (domain, ...parts) => createHash('sha256').update(bytes(domain + '\0', ...parts)).digest().subarray(0, 16)
export const deviceOf = publicKey => hash('gotong/device/1', publicKey)
export const tagOf = (n, from, to) => hash('gotong/tag/1', n, from, to)

// node/exchange/SPEC.md 3.
export const rosterDigest = (n, dialer, listener, ids) =>
  hash('gotong/exchange/roster/1', n, dialer, listener, ...ids.toSorted(Buffer.compare))

// Ed25519 keys as 32-byte seeds and 32-byte public keys, in the wrappings that
// node:crypto wants (RFC 8410).
const privateKey = seed => createPrivateKey({ key: bytes(Buffer.from('302e020100300506032b657004220420', 'hex'), seed), format: 'der', type: 'pkcs8' })
export const publicOf = seed => createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32)
const signed = (seed, message) => sign(null, message, privateKey(seed))
const publicKey = raw => createPublicKey({ key: bytes(Buffer.from('302a300506032b6570032100', 'hex'), raw), format: 'der', type: 'spki' })

// protocol/roster/SPEC.md, Invite: neighbourhood and seed of an invitation.
export function parseInvite (text) {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const plain = text.toUpperCase().replace(/[\s-]/g, '').slice(4)
  let bits = ''
  for (let i = 0; i < plain.length; i++) if (i % 5 < 4) bits += alphabet.indexOf(plain[i]).toString(2).padStart(5, '0')
  const all = Buffer.from(Array.from({ length: 32 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2)))
  return { n: all.subarray(0, 16), seed: all.subarray(16) }
}
export const inviteKey = ({ n, seed }) => Buffer.from(hkdfSync('sha256', seed, n, 'gotong/invite/1 sign', 32))

// protocol/roster/SPEC.md, Operation: version, kind, signer, place, size, body, signature.
const operationKinds = { genesis: 1, join: 4, device: 5 }
function operation (n, kind, seed, place, body) {
  const unsigned = bytes([0x81, operationKinds[kind]], publicOf(seed), u16(place), u16(body.length), body)
  return bytes(unsigned, signed(seed, bytes('gotong/op/1\0', n, unsigned)))
}
const field = (number, value) => bytes([number << 3 | 2, value.length], value)
export const join = (n, inviteSeed, household) => operation(n, 'join', inviteSeed, 0, field(1, publicOf(household)))
export function device (n, household, deviceSeed, seal) {
  const incarnation = 1
  const claim = bytes('gotong/device-proof/1\0', n, publicOf(household), seal, u32(incarnation))
  const body = bytes(field(1, publicOf(deviceSeed)), field(2, seal), [3 << 3, incarnation], field(4, signed(deviceSeed, claim)))
  return operation(n, 'device', household, 0, body)
}

// What an operation says of itself, if it is whole and its signature right.
export function openOperation (n, raw) {
  const unsigned = raw.subarray(0, 38 + raw.readUInt16BE(36))
  const signature = raw.subarray(unsigned.length)
  const genesis = raw[1] === operationKinds.genesis
  const id = hash('gotong/op/1', genesis ? Buffer.alloc(16) : n, unsigned)
  const right = genesis ? id.equals(n) : verify(null, bytes('gotong/op/1\0', n, unsigned), publicKey(raw.subarray(2, 34)), signature)
  if (raw[0] !== 0x81 || signature.length !== 64 || !right) throw new Error('an operation that does not open')
  return { id, kind: raw[1], body: unsigned.subarray(38) }
}
export const showsDevice = (op, publicKey) => op.kind === operationKinds.device && op.body.subarray(2, 34).equals(publicKey)

// node/exchange/SPEC.md 2: a frame's body and a batch of items. The frame's own
// length is the stream's to add.
export const hello = (tag, digest) => bytes([kinds.HELLO, 1], tag, digest)
export function parseHello (body) {
  if (body.length !== 33 || body[0] !== 1) throw new Error('not a HELLO of version 1')
  return { tag: body.subarray(1, 17), digest: body.subarray(17) }
}
const uvarint = n => n < 128 ? [n] : [n & 127 | 128, ...uvarint(n >> 7)]
export const batch = items => bytes(...items.flatMap(i => [uvarint(i.length), i]))
export function split (body) {
  const items = []
  for (let at = 0; at < body.length;) {
    let size = 0
    let shift = 0
    for (; body[at] & 128; at++, shift += 7) size |= (body[at] & 127) << shift
    size |= body[at++] << shift
    items.push(body.subarray(at, at += size))
  }
  return items
}
