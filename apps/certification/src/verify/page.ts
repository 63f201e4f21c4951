/** The public page of a certificate: no scripts, nothing from elsewhere, readable on a telephone and by a screen reader. */
import { createHash } from 'node:crypto';
import { type Instant, text, type Text } from '#libs/decider';
import type { Language } from '#libs/web';
import type { CertificateStatus } from '../certificate/certificate.js';
import type { PublicName } from '../credential/holders.js';

export interface Shown {
  readonly number: string;
  readonly status: CertificateStatus;
  readonly since: Instant;
  readonly name: PublicName;
  readonly level: Text;
  readonly occupation: string;
  readonly jobType: Text | null;
  readonly issuer: Text | null;
  readonly on: string;
  readonly url: string;
  /** Made by us, from the page's own address. */
  readonly qr: string;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { box-sizing: border-box; max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
.status { padding: .75rem 1rem; border: 2px solid; border-radius: .5rem; font-size: 1.25rem; font-weight: 700; margin: 0; }
.valid { color: #0b5a23; background: #e7f6ec; }
.suspended { color: #6b4200; background: #fff4d6; }
.revoked, .unknown { color: #8f1111; background: #fdeaea; }
dl { margin: 1.5rem 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .6rem 0; border-bottom: 1px solid #8885; }
dt { flex: 0 0 9rem; opacity: .8; }
dd { margin: 0; flex: 1 1 12rem; font-weight: 600; overflow-wrap: anywhere; }
figure { margin: 0; text-align: center; }
figure svg { width: 11rem; height: 11rem; background: #fff; border-radius: .5rem; }
figcaption, footer { font-size: .875rem; opacity: .8; overflow-wrap: anywhere; }
`;

/** Only our own style, by its digest; nothing may frame the page, and it sends nothing anywhere. */
export const policy = [
  "default-src 'none'", `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`, "base-uri 'none'",
  "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (value: string): string => value.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '');

const statusTexts: Readonly<Record<CertificateStatus, Text>> = {
  valid: text('✓ 证书有效', '✓ This certificate is valid'),
  suspended: text('⚠ 证书暂停使用：正在核查', '⚠ This certificate is suspended: an inquiry is under way'),
  revoked: text('✗ 证书已撤销', '✗ This certificate was revoked'),
};
const title = text('职业技能等级证书查验', 'Verify a skill level certificate');

const document = (language: Language, heading: string, body: string): string => `<!DOCTYPE html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(heading)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title[language])}</h1>
${body}
</main>
</body>
</html>
`;

export const page = (shown: Shown, language: Language): string => {
  const { number, status, since, level, occupation, jobType, issuer, on, url, qr } = shown;
  const say = (value: Text): string => escaped(value[language]);
  const row = (label: Text, value: string): string => `<div><dt>${say(label)}</dt><dd>${value}</dd></div>`;
  const day = shanghaiDay(since);
  const verdict = statusTexts[status];
  return document(language, `${verdict[language]} · ${number}`, `<p class="status ${status}" role="status">${say(verdict)}</p>
<dl>
${row(text('证书编号', 'Certificate number'), escaped(number))}
${row(text('姓名', 'Name'), nameOf(shown.name, language))}
${row(text('职业技能等级', 'Skill level'), say(level))}
${row(text('职业', 'Occupation'), escaped(occupation))}
${jobType === null ? '' : row(text('工种（赛项）', 'Job type (event)'), say(jobType))}
${issuer === null ? '' : row(text('评价机构', 'Assessing body'), say(issuer))}
${row(text('发证日期', 'Date of issue'), `<time datetime="${on}">${on}</time>`)}
${status === 'valid' ? '' : row(text('状态变更日期', 'In this state since'), `<time datetime="${day}">${day}</time>`)}
</dl>
<figure>${qr}<figcaption>${say(text('扫码打开本页', 'Scan to open this page'))}<br>${escaped(url)}</figcaption></figure>
<footer><p>${say(text(
    '请核对本页网址、证书编号与姓名是否与证书一致。姓名已部分隐藏。',
    'Compare the address of this page, the number and the name with the certificate. Part of the name is hidden.',
  ))}</p></footer>`);
};

export const unknownPage = (language: Language): string => {
  const unknown = text('✗ 没有这个编号的证书', '✗ There is no certificate of this number');
  const hint = text(
    '请核对编号：共22位，例如 S000131000001262000001。', 'Check the number: it has 22 characters, like S000131000001262000001.',
  );
  return document(language, unknown[language], `<p class="status unknown" role="status">${escaped(unknown[language])}</p>
<p>${escaped(hint[language])}</p>`);
};

const nameOf = (name: PublicName, language: Language): string => {
  switch (name.is) {
    case 'name': return `<bdi>${escaped(name.name)}</bdi>`;
    case 'erased': return escaped(text('（个人信息已依法清除）', '(erased, as the law lets a person ask)')[language]);
    case 'unavailable': return escaped(text('（暂时无法显示，请稍后再试）', '(cannot be shown now, try again later)')[language]);
  }
};

const shanghaiDay = (at: Instant): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10);
