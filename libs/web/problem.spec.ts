import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { problemOf } from './problem.js';

describe('what a caller is told when the database goes away', () => {
  it('is that it may try again, also where the connection was lost in the middle', () => {
    for (const error of [
      new QueryRunnerAlreadyReleasedError(), new Error('Connection terminated unexpectedly'),
      new Error('Client has encountered a connection error and is not queryable'),
      Object.assign(new Error('shutting down'), { code: '57P01' }),
    ])
      expect(problemOf(error, 'en')).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });

  it('is nothing of the kind where the mistake is ours', () => {
    expect(problemOf(new TypeError('x is not a function'), 'en').status).toBe(500);
  });
});
