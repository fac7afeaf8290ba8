import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { ConfigError } from '@sms-gateway/config';
import { expect, onTestFinished, test } from 'vitest';
import { listen, ListenError } from './listen.ts';

function newServer() {
  const server = createServer();
  onTestFinished(() => void server.close());
  return server;
}

test('resolves with the port that 0 came to', async () => {
  const server = newServer();

  const port = await listen(server, { host: '127.0.0.1', port: 0, variable: 'PORT' });

  expect(server.address()).toMatchObject({ port });
  expect(port).toBeGreaterThan(0);
});

// Linux alone lets a listener have so many that wait, by default.
test.skipIf(process.platform !== 'linux')(
  'a thousand connections that come at the same moment are established, however busy the process is',
  async () => {
    const port = await listen(newServer(), { host: '127.0.0.1', port: 0, variable: 'PORT' });
    const connectAll = `
      let missing = 1000;
      for (let count = missing; count > 0; count -= 1)
        require('node:net').connect(${port}, '127.0.0.1', () => (missing -= 1) || process.exit());`;

    // Nothing is accepted meanwhile, since this blocks the event loop.
    execFileSync(process.execPath, ['-e', connectAll], { timeout: 15_000 });
  },
);

test('names the variable of a port in use', async () => {
  const port = await listen(newServer(), { host: '127.0.0.1', port: 0, variable: 'PORT' });

  const second = listen(newServer(), { host: '127.0.0.1', port, variable: 'ADMIN_PORT' });

  await expect(second).rejects.toThrow(ListenError);
  await expect(second).rejects.toThrow(`127.0.0.1:${port} is in use`);
  await expect(second).rejects.toThrow('set ADMIN_PORT to another port');
});

test.each(['192.0.2.1', 'no-such-host.invalid', 'whsec_a-secret-in-the-wrong-place'])(
  'names the variable of a host that is not of this machine, and not the host: %s',
  async (host) => {
    const error = await listen(newServer(), { host, port: 0, variable: 'ADMIN_PORT' }).catch(
      (reason: unknown) => reason,
    );

    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/ADMIN_HOST: not an address of this machine/);
    expect(String(error)).not.toContain(host);
  },
);
