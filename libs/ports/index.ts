import { createServer } from 'node:net';

/** The port of 127.0.0.1 if it is free, for 0 any; 0 where it is taken. It is free again, so whoever wants it must be quick. */
export const tryPort = (port: number): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(0));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** Any free one. */
export const freePort = async (): Promise<number> => {
  const port = await tryPort(0);
  if (port === 0) throw new Error('no free port on 127.0.0.1');
  return port;
};
