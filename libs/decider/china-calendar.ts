import chineseDays from 'chinese-days';
import type { WorkingCalendar } from './calendar.js';
import { type CivilDate, isCivilDate } from './clock.js';

/** The library answers a year that it does not know as if it had no holidays; Labour Day is a holiday of every known one. */
const isKnown = (year: string): boolean => chineseDays.getDayDetail(`${year}-05-01`).name.includes(',');

/** The State Council's yearly notices, from the npm package chinese-days. */
export const chinaCalendar: WorkingCalendar = {
  name: 'china',
  isWorkingDay(date: CivilDate): boolean {
    if (!isCivilDate(date)) throw new RangeError('not a civil date');
    const year = date.slice(0, 4);
    if (!isKnown(year)) throw new RangeError(`the holidays of ${year} are not known yet: update chinese-days`);
    return chineseDays.isWorkday(date);
  },
};
