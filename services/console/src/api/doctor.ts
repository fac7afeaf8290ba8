import { judgeProcesses, judgeTraffic, type Present, type PresentFinding } from '@sms-gateway/reporting';
import { Router } from 'express';

type Deps = { readPresent: () => Promise<Present>; now: () => number };

/**
 * The checks of `gateway doctor` that look at the present: whether the processes are ready, and whether codes are
 * accepted, sent and delivered. The console has no access to configuration, tenant and TLS.
 */
export function doctorRoutes({ readPresent, now }: Deps): Router {
  const routes = Router();
  routes.get('/api/doctor', async (_req, res) => {
    const present = await readPresent();
    const at = now();
    const named = (check: string, findings: PresentFinding[]) =>
      findings.map(({ advice = null, ...finding }) => ({ check, ...finding, advice }));
    res.json({
      at: new Date(at).toISOString(),
      findings: [
        ...named('processes', judgeProcesses(present, at)),
        ...named('traffic', judgeTraffic(present, at)),
      ],
    });
  });
  return routes;
}
