import { type CivilDate, addDays, civilDate, type Instant, startOf } from './clock.js';

/** Working days (工作日) of a jurisdiction: weekends, public holidays and make-up workdays, as the yearly notice says. */
export interface WorkingCalendar {
  readonly name: string;
  /** Throws where the year's notice is not known: a guess would end a public notice on the wrong day. */
  isWorkingDay(date: CivilDate): boolean;
}

/** The end of the n-th full working day after the day of `from`: notice given on a Monday for 1 day ends Tuesday midnight. */
export const afterWorkingDays = (calendar: WorkingCalendar, from: Instant, days: number): Instant => {
  let date = civilDate(from);
  for (let left = days; left > 0; ) {
    date = addDays(date, 1);
    if (calendar.isWorkingDay(date)) left -= 1;
  }
  return startOf(addDays(date, 1));
};

