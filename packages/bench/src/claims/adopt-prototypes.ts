/** Loaded before a program that serves an Express app: puts the app behind the server of our ingress instead. */
import http from 'node:http';
import type { Express } from 'express';

const file = new URL('../../../../services/ingress/dist/server.js', import.meta.url);
const { createServer } = (await import(file.href)) as { createServer: (app: Express) => http.Server };

const original = http.createServer;
http.createServer = ((...args: Parameters<typeof original>) =>
  args.length === 1 ? createServer(args[0] as unknown as Express) : original(...args)) as typeof original;
