import { Injectable } from '@nestjs/common';

/** Wakes whoever follows the store in this process; others see what was committed when they next look. */
@Injectable()
export class Signals {
  private readonly listeners = new Set<() => void>();

  onAppended(listener: () => void): void {
    this.listeners.add(listener);
  }

  appended(): void {
    for (const listener of this.listeners) listener();
  }
}
