// What people do on the pages, told by real browsers. Every story is one line of
// JSON on stdout.
import { readFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { ask, browser, letIn, Node, phone, request, say, stopAll, street, until } from './world.mjs';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const { SHOTS } = process.env;
if (SHOTS) mkdirSync(SHOTS, { recursive: true });

const { sari, budi } = await street();
const a = await phone(sari), b = await phone(budi);
let item = '';

const check = (is, what) => { if (!is) throw new Error(what); };
const has = async (page, text) => check((await page.textContent('main')).includes(text), `${page.url()} does not say "${text}": ${(await page.textContent('main')).replace(/\s+/g, ' ').slice(0, 600)}`);
const count = (page, selector) => page.locator(selector).count();

async function story(name, tell) {
  const begun = Date.now();
  let wrong = '';
  try { await tell(); } catch (e) { wrong = String(e.message || e); }
  for (const p of [a, b]) { wrong = [wrong, ...p.wrong.splice(0)].filter(Boolean).join('\n'); }
  say({ story: name, wrong, took_ms: Date.now() - begun });
}

await story('one household starts, another joins by a pasted invitation', async () => {
  check(a.url().endsWith('/start'), `a new household is led to ${a.url()}`);
  await a.click('a[href="/create"]');
  await a.fill('#name', 'RT 03 Sukamaju');
  await a.fill('#household', 'Keluarga Bu Sari');
  await a.click('button.big');
  await has(a, 'Lingkungannya sudah ada');
  await a.goto(`${sari.url}/invite`);
  await a.click('form.write button.big');
  const invite = (await a.textContent('#invite-text')).trim();
  check(await count(a, 'svg.qr') === 1, 'the invitation has no picture');
  await b.click('a[href="/join"]');
  await b.fill('#household', 'Pak Budi');
  await b.fill('#invite', invite.replace('-', '-0'));
  await b.click('button.big');
  await has(b, 'bukan undangan');
  check(await b.inputValue('#household') === 'Pak Budi', 'the name is gone after a wrong invitation');
  await b.fill('#invite', invite.toLowerCase());
  await b.click('button.big');
  await b.waitForSelector('.wait', { state: 'detached' });
});

await story('ask on one, pledge on the other, accept, arrive: no page is loaded again by hand', async () => {
  await b.goto(budi.url);
  item = await request(a, sari, 'Air minum galon', { qty: '4', at: 'dekat masjid' });
  await has(a, 'Tersimpan di sini');
  await b.waitForSelector('a.card:has-text("Air minum galon")');
  await b.click('a.card');
  await b.fill('#note', 'naik motor');
  await b.click('button[value=pledge]');
  await has(b, 'Terima kasih');
  await a.waitForSelector('button[value=accept]');
  await a.waitForSelector('.reach:has-text("sudah sampai di 1 mesin tetangga")');
  await a.click('button[value=accept]');
  await has(a, 'diterima');
  await b.waitForSelector('.pledges:has-text("diterima")');
  await a.click('button[id^=arrived]');
  await has(a, 'Terima kasih kepada yang mengantar');
  await b.waitForSelector('.pledges:has-text("sudah sampai")');
  await a.fill('#say', 'Terima kasih, Pak Budi!');
  await a.click('button[value=comment]');
  await b.waitForSelector('.thread:has-text("Terima kasih, Pak Budi!")');
});

await story('one tap says that all is well, and a photo goes with a request', async () => {
  await b.goto(`${budi.url}/care`);
  await a.goto(`${sari.url}/care`);
  await a.click('#safe');
  await has(a, 'Kabar kami tersimpan');
  await b.waitForSelector('.card:has-text("Keluarga Bu Sari"):has-text("aman")');
  await a.goto(`${sari.url}/ask`);
  await a.fill('#title', 'Atap bocor');
  await a.click('form.write summary');
  await a.setInputFiles('#photo', { name: 'atap.png', mimeType: 'image/png', buffer: await a.screenshot() });
  await a.click('form.write > button.big');
  await a.waitForURL(/\/r\//);
  await a.waitForFunction(() => { const i = document.querySelector('.photos img'); return i && i.naturalWidth > 0; });
  await b.goto(budi.url + new URL(a.url()).pathname);
  await b.waitForSelector('.photos img');
});

await story('what somebody is writing is not swept away by news', async () => {
  await b.goto(budi.url + item);
  await b.fill('#say', 'Galonnya sudah kosong, saya am');
  await a.goto(sari.url + item);
  await a.fill('#say', 'Kabar lain');
  await a.click('button[value=comment]');
  await b.waitForSelector('#news:not([hidden])');
  check(await b.inputValue('#say') === 'Galonnya sudah kosong, saya am', 'it was swept away');
  await b.fill('#say', '');
  await b.evaluate(() => localStorage.clear());
});

await story('a draft survives a reload, and goes once it was sent', async () => {
  await a.goto(`${sari.url}/ask`);
  await a.fill('#title', 'Selimut untuk bayi');
  await a.selectOption('#kind', 'shelter.bedding');
  await a.check('input[name=urgency][value=critical]');
  await a.reload();
  check(await a.inputValue('#title') === 'Selimut untuk bayi', 'the title is gone');
  check(await a.inputValue('#kind') === 'shelter.bedding', 'the kind is gone');
  check(await a.isChecked('input[name=urgency][value=critical]'), 'the urgency is gone');
  await a.click('form.write > button.big');
  await a.waitForURL(/\/r\//);
  await a.goto(`${sari.url}/ask`);
  check(await a.inputValue('#title') === '', 'the draft is still there after it was sent');
});

await story('a double tap asks once', async () => {
  await a.goto(`${sari.url}/ask`);
  await a.fill('#title', 'Lilin dua kotak');
  await a.evaluate(() => { const f = document.querySelector('form.write'); HTMLFormElement.prototype.submit.call(f); HTMLFormElement.prototype.submit.call(f); });
  await a.waitForURL(/\/r\//);
  await a.goto(sari.url);
  check(await count(a, 'a.card:has-text("Lilin dua kotak")') === 1, 'it stands on the board more than once');
});

await story('everything works without JavaScript', async () => {
  const c = await phone(sari, { javaScriptEnabled: false }), d = await phone(budi, { javaScriptEnabled: false });
  const path = await request(c, sari, 'Beras tanpa skrip', { qty: '5' });
  await until(async () => { await d.goto(budi.url); return await count(d, 'a.card:has-text("Beras tanpa skrip")'); }, 'the neighbour sees it');
  await d.goto(budi.url + path);
  await d.fill('#qty', '2,5');
  await d.click('button[value=pledge]');
  await has(d, '2,5');
  await until(async () => { await c.goto(sari.url + path); return await count(c, 'button[value=accept]'); }, 'the promise is there');
  await c.click('button[value=accept]');
  await c.click('button[id^=arrived]');
  await has(c, 'Tercatat sudah sampai');
  await c.click('details:has(button[value=close]) summary');
  await c.click('button[value=close]');
  await has(c, 'Sudah ditutup');
  await c.click('.top button');
  check(await c.getAttribute('html', 'lang') === 'en', 'the language did not change');
  await c.goto(`${sari.url}/phones/new`);
  await c.click('form.write button.big');
  check(await count(c, 'svg.qr') === 1, 'no picture for another phone');
  for (const p of [c, d]) await p.context().close();
});

await story('a phone at an address of the house is as good as one on the machine', async () => {
  const url = sari.url.replace('127.0.0.1', 'gotong'), page = await phone(null);
  const code = JSON.parse(await ask(sari, 'status', '--json')).pages.code;
  await page.goto(url);
  check(!await page.evaluate(() => window.isSecureContext), 'plain http by name is no secure context here');
  await page.fill('#code', `${code.slice(0, 3)} ${code.slice(3)}`);
  await page.click('button.big');
  await request(page, { url }, 'Dari HP di rumah');
  await has(page, 'Tersimpan di sini');
  await page.context().close();
});

await story('pages elsewhere can do nothing', async () => {
  const evil = createServer((_, w) => w.setHeader('Content-Type', 'text/html').end(`<form method="post" action="${sari.url.replace('127.0.0.1', 'gotong')}/ask"><input name="title" value="dari luar"></form><script>document.forms[0].submit()</script>`)).listen(0);
  const at = `http://evil.example:${evil.address().port}/`;
  const answer = a.waitForResponse(r => r.url().endsWith('/ask') && r.request().method() === 'POST');
  await a.goto(at);
  check((await answer).status() === 403, `a form from elsewhere is answered ${(await answer).status()}`);
  const rebound = await a.goto(sari.url.replace('127.0.0.1', 'evil.example'));
  check(rebound.status() === 421, `a name that points here is answered ${rebound.status()}`);
  evil.close();
  await a.goto(`${sari.url}/?show=all`);
  check(!(await a.textContent('main')).includes('dari luar'), 'it is on the board');
});

const payloads = ['<script>window.pwned=1</script>', '"><img src=x onerror=window.pwned=1>', "'-window.pwned=1-'", '<svg onload=window.pwned=1>', 'javascript:window.pwned=1', '</textarea><script>window.pwned=1</script>',
  '{{constructor.constructor("window.pwned=1")()}}', 'مرحبا\u202Eabc', 'a'.repeat(300), '👩‍👩‍👧‍👦🌊'];

await story('what is typed into any field is text', async () => {
  const ani = await new Node('ani').start(), c = await phone(ani); // it may start as many neighbourhoods as there are names
  const fields = [['/ask', 'button.big'], ['/offer', 'form.write > button.big'], ['/hub/slip', 'button.big'], ['/phones/new', 'form.write button.big'], [item, 'button[value=comment]'], ['/join', 'button.big'], ['/devices', null], ['/create', 'button.big']];
  for (const text of payloads) {
    for (const [path, button] of fields) {
      const page = path === '/create' ? c : a;
      await page.goto((page === c ? ani : sari).url + path);
      await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
      for (const f of await page.locator('main input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=file]), main textarea').all()) {
        if (await f.getAttribute('inputmode') !== 'decimal' && await f.getAttribute('inputmode') !== 'numeric') await f.fill(text.slice(0, Number(await f.getAttribute('maxlength') || 400)));
      }
      if (button) await page.locator(button).last().click();
      await page.waitForLoadState();
      check(!await page.evaluate(() => window.pwned), `${path}: ${text} ran`);
      check(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${path}: ${text} makes the page wider than the phone`);
    }
    await c.goto(`${ani.url}/where`);
    check(!await c.evaluate(() => window.pwned), `/where runs ${text}`);
    for (const path of ['/', `/?text=${encodeURIComponent(text)}`, '/hub', '/phones']) {
      await a.goto(sari.url + path);
      check(!await a.evaluate(() => window.pwned), `${path} runs ${text}`);
    }
    await a.evaluate(() => localStorage.clear());
  }
  await c.context().close();
  await ani.stop();
});

// Every page there is, by its path.
await a.goto(`${sari.url}/people`);
const person = (await a.locator('.person a.button').first().getAttribute('href')).replace(/\?.*/, '');
const every = ['/', '/?show=open', '/?show=all&text=air', '/ask', '/offer', item, '/people', person, `${person}?do=vouch`, `${person}?do=revoke`, '/invite', '/poster', '/more', '/phones', '/phones/new', '/devices', '/stick',
  '/health', '/care', '/events', '/events/new', '/notices', '/decisions', '/decisions/new', '/resources', '/guides', '/guides/new', '/search?q=air', '/hub', '/hub/slip', '/hub/print', '/start', '/join', '/create', '/where', '/r/0000'];

async function speak(page, lang) {
  await page.context().addCookies([{ name: 'gotong-language', value: lang, url: sari.url }]);
}

async function stranger() {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'id-ID' });
  return context.newPage();
}

await story('axe finds nothing on any page, in both languages, light and dark', async () => {
  const wrong = new Set();
  const s = await stranger();
  for (const lang of ['id', 'en']) {
    for (const [page, paths] of [[a, every], [s, ['/', `/in/${'0'.repeat(32)}`]]]) {
      await speak(page, lang);
      for (const path of paths) {
        await page.goto(sari.url + path);
        await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
        check(await page.getAttribute('html', 'lang') === lang, `${path} is not in ${lang}`);
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          await page.evaluate(axe + ';0'); // past the policy, which lets no page load it
          const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }));
          for (const v of found.violations) for (const n of v.nodes) wrong.add(`${path} ${lang} ${colorScheme}: ${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`);
          if (SHOTS) await page.screenshot({ path: `${SHOTS}/${page === s ? 'stranger' : ''}${(path.replace(/\W+/g, '-') || '-')}-${lang}-${colorScheme}.png`, fullPage: true });
        }
        await page.emulateMedia({ colorScheme: 'light' });
      }
    }
  }
  await s.context().close();
  await speak(a, 'id');
  check(!wrong.size, [...wrong].slice(0, 30).join('\n'));
});

await story('no page scrolls sideways at 320 and 360 px, and what is tapped is 48 px high', async () => {
  const wrong = new Set();
  for (const width of [320, 360]) {
    await a.setViewportSize({ width, height: 640 });
    for (const lang of ['id', 'en']) {
      await speak(a, lang);
      for (const path of every) {
        await a.goto(sari.url + path);
        const seen = await a.evaluate(() => ({
          wide: document.documentElement.scrollWidth, low: [...document.querySelectorAll('button, a.button, .tabs a, .lists a, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, summary, .menu a')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML.slice(0, 100)),
        }));
        if (seen.wide > width) wrong.add(`${path} ${lang} is ${seen.wide} px wide at ${width}`);
        for (const low of seen.low) wrong.add(`${path}: too low to tap: ${low}`);
      }
    }
  }
  await speak(a, 'id');
  await a.setViewportSize({ width: 360, height: 740 });
  check(!wrong.size, [...wrong].join('\n'));
});

await story('at the table of a hub the keyboard is enough, and paper shows no tabs', async () => {
  const c = await phone(sari, { viewport: { width: 1024, height: 600 }, isMobile: false, hasTouch: false });
  await c.goto(`${sari.url}/hub`);
  await c.keyboard.press('j');
  await c.keyboard.press('j');
  const second = await c.evaluate(() => document.activeElement.textContent);
  await c.keyboard.press('k');
  check(second !== await c.evaluate(() => document.activeElement.textContent), 'j and k do not move');
  await c.keyboard.press('e');
  await c.waitForURL(/\/hub\/slip/);
  await c.keyboard.type('Mbah Karto');
  await c.keyboard.press('Tab');
  await c.keyboard.type('17');
  await c.keyboard.press('Tab');
  await c.keyboard.type('Obat batuk');
  await c.keyboard.press('Enter');
  await has(c, 'Kertasnya tersimpan');
  await c.goto(`${sari.url}/hub/print`);
  await has(c, 'Obat batuk');
  await c.emulateMedia({ media: 'print' });
  check(await c.evaluate(() => getComputedStyle(document.querySelector('.tabs')).display) === 'none', 'the tabs are printed');
  await c.context().close();
});

await story('a guest reads, and a phone that is put out is out', async () => {
  await a.goto(`${sari.url}/phones/new`);
  await a.fill('#name', 'HP tamu');
  await a.check('input[value=guest]');
  await a.click('form.write button.big');
  const digits = (await a.textContent('.letters.big')).trim();
  const g = await stranger();
  await g.goto(sari.url);
  await g.fill('#code', digits);
  await g.click('button.big');
  await g.waitForSelector('a.card');
  check(await count(g, 'a[href="/ask"]') === 0, 'a guest is asked to ask');
  await g.click('a.card');
  check(await count(g, 'main form') === 0, 'a guest has forms');
  await a.goto(`${sari.url}/phones`);
  await a.click('li:has-text("HP tamu") button');
  await g.goto(sari.url);
  check(await count(g, '#code') === 1, 'the phone is still in');
  await g.context().close();
});

await story('a power cut: what was typed stays, and people are told', async () => {
  await a.goto(`${sari.url}/ask`);
  await a.fill('#title', 'Obat untuk Mbah');
  await b.goto(budi.url);
  const c = await phone(sari);
  await c.goto(sari.url);
  await c.waitForFunction(() => document.readyState === 'complete');
  await sari.stop('SIGKILL');
  await c.waitForSelector('#lost:not([hidden])');
  await sari.start();
  await c.waitForSelector('#lost', { state: 'hidden' });
  await a.click('form.write > button.big');
  await a.waitForURL(/\/r\//);
  await has(a, 'Obat untuk Mbah');
  await a.goto(sari.url);
  await a.click('a[href="/recovery"]');
  await has(a, 'Catatan sudah diperiksa');
  await has(a, 'Mesin ini berhenti mendadak');
  await sari.stop();
  await sari.start();
  await a.goto(sari.url);
  check(await count(a, 'a[href="/recovery"]') === 0, 'a tidy stop is told as a power cut');
});

await browser.close();
stopAll();
process.exit(0);
