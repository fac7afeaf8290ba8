/** Preload for a program that serves an Express app: puts the app behind the server of our ingress. */
import http from 'node:http';

const file = new URL('../../../../services/ingress/dist/http/server.js', import.meta.url);
const { createServer } = (await import(file.href)) as {
  createServer: (app: http.RequestListener) => http.Server;
};

const original = http.createServer;
http.createServer = ((...args: Parameters<typeof original>) =>
  typeof args[0] === 'function' ? createServer(args[0]) : original(...args)) as typeof original;
