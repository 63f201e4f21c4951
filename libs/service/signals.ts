import { Injectable } from '@nestjs/common';
import type { OnAppended } from '#libs/event-store';

/** Wakes whoever follows the store in this process; others see what was committed when they next look. */
@Injectable()
export class Signals {
  private readonly listeners = new Set<OnAppended>();

  onAppended(listener: OnAppended): void {
    this.listeners.add(listener);
  }

  appended(types?: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(types);
  }
}
