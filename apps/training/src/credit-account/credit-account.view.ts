import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { CreditEvent } from './credit-account.js';

@Entity('credit_rows')
export class CreditRow {
  @PrimaryColumn({ type: 'uuid' }) worker!: string;
  @PrimaryColumn({ type: 'text' }) organisation!: string;
  @PrimaryColumn({ type: 'uuid' }) because!: string;
  @Column({ type: 'text' }) credits!: string;
}

export const credits = view<CreditEvent>('credits', [CreditRow], {
  CreditsBooked: ({ event }, db) => {
    const { worker, organisation, because, credits: booked } = event;
    return db.insert(CreditRow, { worker, organisation, because, credits: booked });
  },
});
