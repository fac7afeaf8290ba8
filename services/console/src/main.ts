import { runMain, untilSignal } from '@sms-gateway/process';

await runMain('console', async () => {
  const stopSignal = untilSignal('console');
  // Loaded here, so that signals and failures are handled from the start.
  const [{ loadConsoleConfig }, { startConsole }] = await Promise.all([
    import('@sms-gateway/config'),
    import('./start-console.ts'),
  ]);
  const running = await startConsole(loadConsoleConfig({ env: process.env }));
  await running.stop({ signal: await stopSignal });
});
