import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { isTransient } from './sql.js';

describe('an error of the database', () => {
  it('is transient where the connection was lost, whichever library says so', () => {
    // A view that met one of these would otherwise stand still until its service is started again.
    expect(isTransient(new QueryRunnerAlreadyReleasedError())).toBe(true);
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(new Error('Client has encountered a connection error and is not queryable'))).toBe(true);
    expect(isTransient(Object.assign(new Error('shutting down'), { code: '57P01' }))).toBe(true);
  });

  it('is a mistake of ours otherwise', () => {
    expect(isTransient(new TypeError('x is not a function'))).toBe(false);
    expect(isTransient(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBe(false);
  });
});
