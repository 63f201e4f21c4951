import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * kafkajs asks every connection a thousand times a second whether a request is pending, also while none is
 * (tulios/kafkajs#1556; the mend, #1667, waits since 2024): most of what an idle service took. Where something waits it goes on
 * asking; where nothing does, the next request asks.
 */
const { prototype } = RequestQueue;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the queue that it is asked of
const ask = prototype.scheduleCheckPendingRequests;
prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0) ask.call(this);
};
