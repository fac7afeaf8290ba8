import { runMain, untilSignal } from '@sms-gateway/process';

await runMain('worker', async () => {
  const stopSignal = untilSignal('worker');
  // Loaded from here, so that signals and failures are handled from the first moment.
  const [{ createConfigSource, loadWorkerConfig }, { PROVIDERS }, { startWorker }] = await Promise.all([
    import('@sms-gateway/config'),
    import('@sms-gateway/providers'),
    import('./start-worker.ts'),
  ]);
  const source = createConfigSource((readFile) =>
    loadWorkerConfig({ env: process.env, readFile, providers: PROVIDERS }),
  );
  const worker = await startWorker(source.load(), { source });
  process.on('SIGHUP', () => worker.reload());
  await worker.stop({ signal: await stopSignal });
});
