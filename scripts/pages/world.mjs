// Real nodes and a real browser for stories.mjs and figures.mjs.
import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const { GOTONG, CHROMIUM, WORK } = process.env;
const running = new Set();

// A Node is one household's program in a folder of its own.
export class Node {
  constructor(name, ...args) { this.dir = join(WORK, name); this.args = args; this.http = '127.0.0.1:0'; }

  async start() {
    this.said = '';
    this.process = spawn(GOTONG, ['--dir', this.dir, 'run', '--listen', '/ip4/127.0.0.1/tcp/0', '--http', this.http, ...this.args],
      { env: { ...process.env, LANG: 'id_ID.UTF-8', TZ: 'Asia/Jakarta' } });
    running.add(this.process);
    this.ended = new Promise(done => this.process.on('exit', done));
    this.process.stderr.on('data', b => { this.said += b; });
    await until(() => /Ctrl/.test(this.said), `${this.dir} starts: ${this.said}`);
    this.link = /http:\S+\/in\/\S+/.exec(this.said)[0];
    this.url = new URL(this.link).origin;
    this.addr = /\/ip4\S+/.exec(this.said)[0];
    this.http = new URL(this.url).host; // the same again after a restart
    return this;
  }

  async stop(signal = 'SIGTERM') { this.process.kill(signal); await this.ended; running.delete(this.process); }
}

export function stopAll() { for (const p of running) p.kill('SIGKILL'); }
process.on('SIGINT', () => { stopAll(); process.exit(1); });

// until waits for something to become true, looking often.
export async function until(is, what, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end;) {
    if (await is()) return;
    await new Promise(done => setTimeout(done, 50));
  }
  throw new Error(`within ${ms} ms it did not happen that ${what}`);
}

export const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--host-resolver-rules=MAP gotong 127.0.0.1, MAP evil.example 127.0.0.1'],
});

// phone returns a page of a phone that is let in.
export async function phone(node, options = {}) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'id-ID', isMobile: true, hasTouch: true, ...options });
  context.setDefaultTimeout(30000);
  const page = await context.newPage();
  page.wrong = [];
  page.on('pageerror', e => page.wrong.push(`a script failed: ${e.message}`));
  page.on('dialog', d => { page.wrong.push(`a dialog opened: ${d.message()}`); d.dismiss(); });
  page.on('console', m => { if (/Content Security Policy|Refused to/.test(m.text())) page.wrong.push(m.text()); });
  if (node) await letIn(page, node);
  return page;
}

// letIn opens the link that the node said when it started or, once that is used
// up, lets the phone in by the code that status tells.
export async function letIn(page, node) {
  const doc = await ask(node, 'status', '--json');
  await page.goto(JSON.parse(doc).pages.link);
  await page.click('main button');
  await page.waitForSelector('nav.tabs');
}

// ask runs a command of the program against a node.
export function ask(node, ...args) {
  return new Promise((done, wrong) => {
    const p = spawn(GOTONG, ['--dir', node.dir, ...args]);
    let out = '', err = '';
    p.stdout.on('data', b => { out += b; });
    p.stderr.on('data', b => { err += b; });
    p.on('exit', code => (code ? wrong(new Error(`gotong ${args[0]}: ${err}`)) : done(out)));
  });
}

export function say(doc) { console.log(JSON.stringify(doc)); }

// found and joined make a street of two households on two nodes.
export async function street() {
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(WORK, { recursive: true });
  const sari = await new Node('sari').start();
  const budi = await new Node('budi', '--peer', sari.addr).start();
  return { sari, budi };
}

// write fills the form of a request and sends it; returns its path.
export async function request(page, node, title, fields = {}) {
  await page.goto(`${node.url}/ask`);
  await page.fill('#title', title);
  for (const [name, value] of Object.entries(fields)) await page.fill(`#${name}`, value);
  await page.click('form.write > button.big');
  await page.waitForURL(/\/r\//);
  return new URL(page.url()).pathname;
}
