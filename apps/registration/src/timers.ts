/** The ends of the public notice and of the appeals, as durable timers. */
import { timer } from '#libs/views';
import { contest } from './contest/contest.js';

export const timers = [
  timer({
    name: 'appeals-end', aggregate: contest,
    set: { ContestNoticed: ({ appealsUntil }) => appealsUntil },
    clear: ['AppealsEnded', 'ContestFinalised', 'ContestCancelled'],
    command: () => ({ type: 'EndAppeals' }),
  }),
  timer({
    name: 'notice-ends', aggregate: contest,
    set: { ContestNoticed: ({ until }) => until },
    clear: ['NoticeEnded', 'ContestFinalised', 'ContestCancelled'],
    command: () => ({ type: 'EndNotice' }),
  }),
];
