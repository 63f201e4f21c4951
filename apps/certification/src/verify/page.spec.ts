import { createHash } from 'node:crypto';
import { page, policy, type Shown, unknownPage } from './page.js';

const shown: Shown = {
  number: 'S000131000001262000001', status: 'valid', since: '2026-06-09T16:30:00.000Z', name: { is: 'name', name: '张*国' },
  level: { zh: '技师（二级）', en: 'level 2' }, occupation: '6-18-01-01', jobType: { zh: '车工', en: 'Turning' },
  issuer: { zh: '鉴定中心', en: 'Assessment Centre' }, on: '2026-06-09', url: 'https://jinji.example/verify/S000131000001262000001',
  qr: '<svg role="img"></svg>',
};

describe('the public page of a certificate', () => {
  it('says in the language asked for what a certificate is worth', () => {
    for (
      const said of ['证书有效', '张*国', '技师（二级）', '车工', '鉴定中心', '2026-06-09', 'lang="zh-CN"']
    ) expect(page(shown, 'zh')).toContain(said);
    for (
      const said of ['is valid', '张*国', 'level 2', 'Turning', 'Assessment Centre', 'lang="en"']
    ) expect(page(shown, 'en')).toContain(said);
    expect(page({ ...shown, status: 'suspended' }, 'en')).toContain('is suspended');
    // Since when, in Shanghai's days.
    expect(page({ ...shown, status: 'revoked' }, 'zh')).toMatch(/证书已撤销[^]*2026-06-10/);
    expect(unknownPage('zh')).toContain('没有这个编号的证书');
    expect(unknownPage('en')).toContain('no certificate of this number');
  });

  it('says why there is no name', () => {
    expect(page({ ...shown, name: { is: 'unavailable' } }, 'zh')).toContain('暂时无法显示');
    expect(page({ ...shown, name: { is: 'erased' } }, 'en')).toContain('erased');
  });

  it('takes nothing for markup, runs no scripts and asks nobody else', () => {
    const strange = '<script>alert("1")</script>&\'';
    const html = page({
      ...shown, name: { is: 'name', name: strange }, jobType: { zh: strange, en: strange }, issuer: { zh: strange, en: strange },
    }, 'zh');
    expect(html).not.toContain('<script');
    expect(html.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;')).toHaveLength(4);
    expect(html).not.toMatch(/ src=| href=| on\w+=/);
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain('unsafe');
  });
});
