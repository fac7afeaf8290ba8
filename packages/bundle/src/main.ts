import { join } from 'node:path';
import { type BundledService, bundleService, missingBuilds } from './bundle-service.ts';

const SERVICES: readonly BundledService[] = ['ingress', 'worker', 'console'];

const [directory, ...more] = process.argv.slice(2);
const missing = missingBuilds(SERVICES);
if (directory === undefined || more.length > 0) {
  process.stderr.write('Usage: node packages/bundle/dist/main.js DIRECTORY\n');
  process.exitCode = 1;
} else if (missing.length > 0) {
  process.stderr.write(`Run "npm run build" first: ${missing.join(', ')} is missing.\n`);
  process.exitCode = 1;
} else {
  await Promise.all(SERVICES.map((service) => bundleService(service, join(directory, service))));
}
