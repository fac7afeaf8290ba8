import { createConfigSource, loadWorkerConfig } from '@sms-gateway/config';
import { runMain, untilSignal } from '@sms-gateway/process';
import { startWorker } from './start-worker.ts';

await runMain('worker', async () => {
  const stopSignal = untilSignal();
  const source = createConfigSource((readFile) => loadWorkerConfig({ env: process.env, readFile }));
  const worker = await startWorker(source.load(), { source });
  process.on('SIGHUP', () => worker.reload());
  await worker.stop({ signal: await stopSignal });
});
