import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { isAway } from './errors.js';

describe('a message that could not be handled', () => {
  it('is not to blame where the database went away meanwhile', () => {
    expect(isAway(new QueryRunnerAlreadyReleasedError())).toBe(true);
    expect(isAway(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isAway(new Error('Client has encountered a connection error and is not queryable'))).toBe(true);
    expect(isAway(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBe(true);
    expect(isAway(new Error('around it', { cause: Object.assign(new Error('shutting down'), { code: '57P01' }) }))).toBe(true);
  });

  it('is to blame otherwise', () => {
    expect(isAway(new Error('the contest has no seal'))).toBe(false);
    expect(isAway(Object.assign(new Error('too long'), { code: '57014' }))).toBe(false);
  });
});
