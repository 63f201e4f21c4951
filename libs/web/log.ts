import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/** Logs hold ids, rules, numbers and routes; never names, texts, addresses with a query, or bodies. */
export const createLog = (level: string, service: string): Logger =>
  pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: false }));

/** What Nest itself says; its greeting at start is noise. */
export const nestLogger = (log: Logger): LoggerService => ({
  log: () => undefined,
  debug: () => undefined,
  verbose: () => undefined,
  warn: (message: unknown, context?: unknown) => {
    // Several services in one process each have a data source; this registry is Nest's own and only warns.
    if (context !== 'DataSourceNameRegistry') log.warn({ context }, String(message));
  },
  error: (message: unknown, ...rest: unknown[]) => log.error({ context: rest.at(-1) }, String(message).slice(0, 300)),
  fatal: (message: unknown, context?: unknown) => log.fatal({ context }, String(message).slice(0, 300)),
});
