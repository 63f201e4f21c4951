import { EventEmitter } from 'node:events';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import './quiet.js';

const silent = { debug: () => undefined, error: () => undefined, warn: () => undefined, info: () => undefined };
const open = (throttled: number): RequestQueue => {
  const queue = new RequestQueue({
    instrumentationEmitter: new EventEmitter(), maxInFlightRequests: 1, requestTimeout: 1_000, enforceRequestTimeout: false,
    clientId: 'spec', broker: 'spec', logger: silent,
  });
  return Object.assign(queue, { throttledUntil: throttled });
};

describe('a connection of kafkajs', () => {
  it('does not ask for pending requests while there are none', () => {
    const queue = open(-1);
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('goes on asking while one waits', () => {
    const queue = Object.assign(open(Date.now() + 60_000), { pending: [{}] });
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    clearTimeout(queue.throttleCheckTimeoutId ?? undefined);
  });
});
