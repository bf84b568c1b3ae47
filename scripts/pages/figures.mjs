// How heavy and how fast the pages are: bars.md 3. Every figure is one line of
// JSON on stdout.
import { readFileSync } from 'node:fs';
import { ask, browser, phone, say, stopAll, street, until } from './world.mjs';

const { sari, budi } = await street();
const a = await phone(sari), b = await phone(budi);
const p95 = all => all.sort((x, y) => x - y)[Math.ceil(all.length * 0.95) - 1];
const median = all => all.sort((x, y) => x - y)[all.length >> 1];
const figure = (story, says, wrong = '') => say({ story, says, wrong });

await ask(sari, 'create', 'RT 03 Sukamaju', '--household', 'Keluarga Bu Sari');
const invite = /GTG1-\S+/.exec(await ask(sari, 'invite', '--uses', '5'))[0];
await ask(budi, 'join', invite, '--household', 'Pak Budi', '--yes');
for (let i = 0; i < 50; i++) await ask(sari, 'ask', `Air minum galon untuk rumah nomor ${i}`, '--kind', 'water', '--qty', '4', '--at', 'dekat masjid', '--urgency', 'high');
await until(async () => (await ask(budi, 'list')).includes('nomor 49'), 'the neighbour has everything');

// What a first visit takes from the wire: nothing kept, everything counted.
async function cold(path, slow) {
  const page = await phone(sari);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  if (slow) {
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 250000 / 8, uploadThroughput: 250000 / 8 });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  }
  let bytes = 0, requests = 0;
  cdp.on('Network.requestWillBeSent', () => { requests++; });
  cdp.on('Network.dataReceived', e => { bytes += e.encodedDataLength; });
  cdp.on('Network.responseReceived', e => { bytes += e.response.encodedDataLength; });
  await page.goto(sari.url + path);
  await page.waitForTimeout(slow ? 1500 : 500);
  const fcp = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  const long = await page.evaluate(() => new Promise(done => { const o = new PerformanceObserver(l => done(Math.max(...l.getEntries().map(e => e.duration)))); o.observe({ type: 'longtask', buffered: true }); setTimeout(() => done(0), 100); }));
  await page.context().close();
  return { bytes, requests, fcp, long };
}

const first = await cold('/');
figure('first page with 20 cards, cold', `${first.bytes} bytes, ${first.requests} requests (at most 30720, 6)`, first.bytes > 30720 || first.requests > 6 ? 'too heavy' : '');
const slow = [];
for (let i = 0; i < 5; i++) slow.push(await cold('/', true));
const fcp = median(slow.map(s => s.fcp));
figure('first contentful paint, 6x CPU, 250 kbit/s, 300 ms', `${Math.round(fcp)} ms, longest task ${Math.round(Math.max(...slow.map(s => s.long)))} ms (at most 1500)`, fcp > 1500 ? 'too slow' : '');

// The table of a hub shows all fifty.
const render = [];
await a.goto(`${sari.url}/hub`);
for (let i = 0; i < 220; i++) {
  const took = await a.evaluate(async () => { const t = performance.now(); await (await fetch('/hub', { headers: { 'X-Gotong-Part': '1' } })).text(); return performance.now() - t; });
  if (i >= 20) render.push(took);
}
figure('fifty cards drawn and fetched over loopback', `median ${median(render).toFixed(1)} ms, p95 ${p95(render).toFixed(1)} ms`);

// From a post on one node to an open page.
async function race(from, node, to, where, name) {
  await to.goto(`${where.url}/?text=balap+${name}`);
  await to.waitForTimeout(500);
  await to.evaluate(() => {
    window.seen = {};
    new MutationObserver(() => { for (const m of document.getElementById('part').textContent.matchAll(/balap \w+-\d+/g)) window.seen[m[0]] = window.seen[m[0]] || Date.now(); }).observe(document.getElementById('part'), { childList: true, subtree: true });
  });
  await from.goto(`${node.url}/ask`);
  const took = [];
  for (let i = 0; i < 20; i++) { // as many as a page has cards
    const title = `balap ${name}-${i}`;
    const begun = await from.evaluate(async title => {
      const page = new DOMParser().parseFromString(await (await fetch('/ask')).text(), 'text/html');
      const form = new URLSearchParams(new FormData(page.querySelector('form.write')));
      form.set('title', title);
      form.set('urgency', 'critical');
      const t = Date.now();
      fetch('/ask', { method: 'POST', body: form, redirect: 'manual' });
      return t;
    }, title);
    await to.waitForFunction(title => window.seen[title], title, { polling: 20, timeout: 10000 });
    took.push(await to.evaluate(title => window.seen[title], title) - begun);
  }
  return took;
}

const c = await phone(sari);
const same = await race(a, sari, c, sari, 'satu');
figure('post to another open page of the node', `median ${median(same)} ms, p95 ${p95(same)} ms (at most 500)`, p95(same) > 500 ? 'too slow' : '');
const other = await race(a, sari, b, budi, 'dua');
figure('post on one node to an open page of the other', `median ${median(other)} ms, p95 ${p95(other)} ms`);

const rss = () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${sari.process.pid}/status`, 'utf8'))[1]) / 1024);
const before = rss();
const open = [];
for (let i = 0; i < 20; i++) { const p = await phone(sari); await p.goto(`${sari.url}/?text=dua+puluh`); open.push(p); }
await ask(sari, 'ask', 'Kabar untuk dua puluh halaman');
await open[19].waitForSelector('a.card:has-text("dua puluh halaman")');
figure('memory of the node with 20 open pages', `${rss()} MB, ${before} MB before`);

await browser.close();
stopAll();
process.exit(0);
