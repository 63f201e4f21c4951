import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { derivedId } from '#libs/decider';
import { freePort } from '#libs/ports';
import { testService, type TestService } from '#libs/testing';
import type { CertificateDto } from '../certificate/certificate.http.js';
import { certification } from '../definition.js';
import { certify } from '../spec-contest.js';
import { Others } from '../spec-messages.js';
import { People } from '../spec-people.js';

/** Debian's package, or whichever the path has. */
const browserAt = (process.env.PATH ?? '').split(path.delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => path.join(folder, name))).find(existsSync);
if (browserAt === undefined) process.stderr.write('verify.browser.spec: skipped, as there is no chromium on the path\n');
const looked = browserAt === undefined ? describe.skip : describe;

looked('the public page of a certificate, in a real browser', () => {
  const [holder, other] = [derivedId('browser', 'holder'), derivedId('browser', 'other')];
  const people = new People();
  let service: TestService;
  let others: Others;
  let browser: Browser;
  let given: CertificateDto;
  beforeAll(async () => {
    const site = `http://127.0.0.1:${await freePort()}`;
    service = await testService(certification, {
      clock: '2026-05-01T01:00:00.000Z', env: { PEERS_URL: await people.start(), PUBLIC_URL: site },
    });
    await service.service.listen(Number(new URL(site).port), '127.0.0.1');
    others = new Others(service.database.url);
    people.persons.set(holder, { name: '欧阳喆珺', maskedName: '欧**珺', idNumber: '34052419800101001X' });
    const special = { contest: derivedId('browser', 'contest'), workers: [holder, other], finalAt: '2026-06-01T01:00:00.000Z' };
    await certify(service, others, special, '2026-06-09T01:00:00.000Z');
    const { body } = await service.request<{ items: CertificateDto[] }>('GET', '/certificates', { as: 'certifier' });
    const [first] = body.items;
    if (first === undefined) throw new Error('no certificate was issued');
    given = first;
    browser = await chromium.launch({ executablePath: browserAt ?? '', args: ['--no-sandbox'], timeout: 120_000 });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await others?.close();
    await service?.close();
    await people.stop();
  }, 60_000);

  interface Look { readonly page: Page; readonly status: number; readonly faults: string[]; readonly requests: string[] }

  /** On a small telephone; `faults` is whatever the browser complains of, such as what the page's own policy forbids. */
  const look = async (url: string, locale: 'zh-CN' | 'en-GB'): Promise<Look> => {
    const context = await browser.newContext({ locale, viewport: { width: 360, height: 640 }, deviceScaleFactor: 2 });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    const [faults, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => faults.push(message.text())).on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    const answer = await page.goto(url, { timeout: 90_000 });
    return { page, status: answer?.status() ?? 0, faults, requests };
  };
  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  const post = async (what: string): Promise<void> => {
    const { status, body } = await service.request('POST', `/certificates/${given.id}/${what}`, {
      as: 'certifier', body: { reasons: 'spec' },
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    await service.settled();
  };

  it('shows who is certified for what, and fits a telephone', async () => {
    const { page, status, faults, requests } = await look(given.verify, 'zh-CN');
    expect([status, await page.getByRole('status').textContent()]).toEqual([200, '✓ 证书有效']);
    const facts = await page.locator('dl').innerText();
    for (const said of [given.number, '欧**珺', '技师（二级）', '6-18-01-01', '车工', '上海市职业技能鉴定中心', '2026-06-09'])
      expect(facts).toContain(said);
    expect(await page.content()).not.toContain('欧阳喆珺');
    const seen = await page.evaluate(`({
      lang: document.documentElement.lang, scripts: document.scripts.length,
      fits: document.documentElement.scrollWidth <= window.innerWidth,
      painted: getComputedStyle(document.querySelector('.status')).backgroundColor,
      headings: document.querySelectorAll('h1').length,
    })`);
    // Its style is applied, so the page's own policy lets it in.
    expect(seen).toEqual({ lang: 'zh-CN', scripts: 0, fits: true, painted: 'rgb(231, 246, 236)', headings: 1 });
    expect(faults).toEqual([]);
    expect(requests.filter((url) => url !== given.verify && !url.endsWith('/favicon.ico'))).toEqual([]);
  }, 120_000);

  it('holds a QR code that leads to itself', async () => {
    const { page } = await look(given.verify, 'zh-CN');
    const shot = await page.getByRole('img', { name: 'QR' }).screenshot();
    expect([await decoded(shot), page.url()]).toEqual([given.verify, given.verify]);
  }, 120_000);

  /** From the picture alone, as a telephone's camera would give it. */
  const decoded = async (png: Buffer): Promise<string | undefined> => {
    const { page } = await look('about:blank', 'zh-CN');
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('jsqr') });
    return page.evaluate<string | undefined>(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return jsQR(context.getImageData(0, 0, image.width, image.height).data, image.width, image.height)?.data;
    })()`);
  };

  it('says at once that it is suspended, and in English to who prefers it', async () => {
    await post('suspend');
    const { page, faults } = await look(given.verify, 'en-GB');
    expect(await page.getByRole('status').textContent()).toContain('suspended: an inquiry is under way');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    expect(faults).toEqual([]);
    await post('reinstate');
    await page.reload();
    expect(await page.getByRole('status').textContent()).toContain('is valid');
  }, 120_000);

  it('says that the name cannot be shown now, where people does not answer', async () => {
    people.away = true;
    const { page, status } = await look(given.verify, 'en-GB');
    people.away = false;
    expect([status, await page.locator('dl').innerText()]).toEqual([200, expect.stringContaining('cannot be shown now')]);
  }, 120_000);

  it('knows no other number', async () => {
    const { page, status } = await look(given.verify.replace(/\d$/, '9'), 'zh-CN');
    expect([status, await page.getByRole('status').textContent()]).toEqual([404, '✗ 没有这个编号的证书']);
  }, 120_000);
});
