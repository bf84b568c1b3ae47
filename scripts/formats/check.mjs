// Reads files of partner formats with programs that Gotong did not write, and
// says of each what is in it or what is wrong: node check.mjs FILE...
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import cap from '@dec112/cap-ts'
import { check as checkGeoJSON } from '@placemarkio/check-geojson'
import { parse as parseCard } from 'vcard4'

const readers = {
  '.xml': async (text) => {
    const alert = await cap.CAP_1_2.Alert.fromXML(text)
    return { identifier: alert.identifier, severities: alert.info_list.map((i) => i.severity), areas: alert.info_list[0].area_list.length }
  },
  '.geojson': async (text) => {
    const all = checkGeoJSON(text)
    return { features: all.features.length, geometries: all.features.map((f) => f.geometry?.type ?? null) }
  },
  '.vcf': async (text) => {
    const card = parseCard(text)
    return { values: ['FN', 'TEL', 'KIND'].map((name) => card.getProperty(name)[0].value) }
  },
}

for (const file of process.argv.slice(2)) {
  let said
  try {
    said = await readers[extname(file)](readFileSync(file, 'utf8'))
  } catch (e) {
    said = { refused: String(e.message ?? e).split('\n')[0] }
  }
  console.log(JSON.stringify({ file: basename(file), ...said }))
}
