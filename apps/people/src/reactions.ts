import type { Reaction } from '#libs/service';

/** People learns nothing from others: it is where every chain begins. */
export const reactions: readonly Reaction[] = [];
