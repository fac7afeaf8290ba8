import { runMain, untilSignal } from '@sms-gateway/process';

await runMain('ingress', async () => {
  const stopSignal = untilSignal('ingress');
  // Loaded from here, so that signals and failures are in hand from the first moment on.
  const [{ createConfigSource, loadIngressConfig }, { PROVIDERS }, { startIngress }] = await Promise.all([
    import('@sms-gateway/config'),
    import('@sms-gateway/providers'),
    import('./start-ingress.ts'),
  ]);
  const source = createConfigSource((readFile) =>
    loadIngressConfig({ env: process.env, readFile, providers: PROVIDERS }),
  );
  const ingress = await startIngress(source.load(), { source });
  process.on('SIGHUP', () => ingress.reload());
  await ingress.stop({ signal: await stopSignal });
});
