import { Injectable } from '@nestjs/common';

/** With the types of events that were committed; with none where that is not known. */
export type OnAppended = (types?: ReadonlySet<string>) => void;

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
