import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A YAML file for GATEWAY_CONFIG, gone with the test. */
export async function writeConfig(yaml: string): Promise<{ path: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-config-'));
  const path = join(directory, 'gateway.yaml');
  await writeFile(path, yaml);
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}
