// greet.mjs ADDRESS INVITE NAME dials a Gotong node with js-libp2p, identifies,
// and goes through the greeting of an exchange (node/exchange/SPEC.md 3) as the
// household NAME. It asks for nothing and moves nothing: with the listener's
// HELLO and proof in hand it closes the stream. It prints what it saw as JSON.
import { createHash } from 'node:crypto'
import { createLibp2p } from 'libp2p'
import { tcp } from '@libp2p/tcp'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { identify } from '@libp2p/identify'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import * as f from './frames.mjs'

const [address, inviteText, name] = process.argv.slice(2)
const seedOf = what => createHash('sha256').update(`${name}'s ${what}`).digest()
const deviceSeed = seedOf('device')
const seconds = n => AbortSignal.timeout(1000 * n)

const node = await createLibp2p({
  privateKey: await generateKeyPairFromSeed('Ed25519', deviceSeed),
  transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()], services: { identify: identify() }
})
const identified = new Promise(resolve => node.addEventListener('peer:identify', e => resolve(e.detail), { once: true }))
const connection = await node.dial(multiaddr(address), { signal: seconds(10) })
const { agentVersion, protocols } = await identified

const theirKey = Buffer.from(connection.remotePeer.publicKey.raw)
const me = f.deviceOf(f.publicOf(deviceSeed))
const them = f.deviceOf(theirKey)
const invite = f.parseInvite(inviteText)
const credentials = [
  f.join(invite.n, f.inviteKey(invite), seedOf('household')),
  f.device(invite.n, seedOf('household'), deviceSeed, seedOf('seal'))
]
const digestOf = ops => f.rosterDigest(invite.n, me, them, ops.map(o => f.openOperation(invite.n, o).id))

// greet goes through one greeting; null when the node was busy with this peer.
async function greet (seen) {
  const stream = await connection.newStream('/gotong/exchange/1.0.0', { signal: seconds(10) })
  const frames = lpStream(stream)
  const say = frame => frames.write(frame, { signal: seconds(10) })
  async function hear () {
    for (;;) {
      const frame = Buffer.from((await frames.read({ signal: seconds(15) })).subarray())
      if (frame[0] === f.kinds.ALIVE) continue
      seen.heard.push(f.nameOf(frame[0]))
      return { kind: frame[0], body: frame.subarray(1) }
    }
  }
  await say(f.hello(f.tagOf(invite.n, me, them), digestOf(credentials)))
  let answer = await hear()
  if (answer.kind === f.kinds.PROVE) {
    await say(Buffer.concat([Buffer.from([f.kinds.PROOF]), f.batch(credentials)]))
    answer = await hear()
  }
  if (answer.kind === f.kinds.HELLO) {
    const { tag, digest } = f.parseHello(answer.body)
    if (!tag.equals(f.tagOf(invite.n, them, me))) throw new Error('a HELLO for another neighbourhood')
    seen.digest = digest.toString('hex')
    await say(Buffer.from([f.kinds.PROVE]))
    const shown = f.split((await hear()).body).map(raw => f.openOperation(invite.n, raw))
    seen.genesis = shown[0].id.equals(invite.n)
    seen.device = shown.some(op => f.showsDevice(op, theirKey))
  }
  await stream.close({ signal: seconds(5) })
  return answer.kind === f.kinds.BUSY ? null : seen
}

// The node may be greeting this peer at the same moment; then one of the two
// streams is answered BUSY (node/exchange/SPEC.md 1).
let seen = null
for (let i = 0; i < 5 && seen === null; i++) {
  if (i > 0) await new Promise(resolve => setTimeout(resolve, 1000))
  seen = await greet({ agent: agentVersion, exchange: protocols.includes('/gotong/exchange/1.0.0'), heard: [] })
}
await node.stop()
console.log(JSON.stringify(seen))
