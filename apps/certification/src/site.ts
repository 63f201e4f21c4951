import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ConfigError, type ServiceConfig } from '#libs/service';

export const purposes = ['revocation', 'suspension'] as const;
export type Purpose = (typeof purposes)[number];

/** Where the world finds us: what is printed in QR codes and signed into credentials stays around for years. */
@Injectable()
export class Site {
  private readonly base: string;

  constructor(config: ConfigService<ServiceConfig, true>) {
    const given = config.get('PUBLIC_URL', { infer: true });
    if (given === undefined && config.get('NODE_ENV', { infer: true }) === 'production')
      throw new ConfigError(['PUBLIC_URL must be set under NODE_ENV=production: QR codes and credentials hold it']);
    this.base = (given ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
  }

  /** Who issues, as credentials name it; there the keys are found. */
  get issuer(): string {
    return `${this.base}/certification/issuer`;
  }

  verify(number: string): string {
    return `${this.base}/verify/${encodeURIComponent(number)}`;
  }

  statusList(list: number, purpose: Purpose): string {
    return `${this.base}/certification/status-lists/${list}/${purpose}`;
  }
}
