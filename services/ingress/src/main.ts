import { createConfigSource, loadIngressConfig } from '@sms-gateway/config';
import { runMain, untilSignal } from '@sms-gateway/process';
import { startIngress } from './start-ingress.ts';

await runMain('ingress', async () => {
  const stopSignal = untilSignal();
  const source = createConfigSource((readFile) => loadIngressConfig({ env: process.env, readFile }));
  const ingress = await startIngress(source.load(), { source });
  process.on('SIGHUP', () => ingress.reload());
  await ingress.stop({ signal: await stopSignal });
});
