import { siblingsLeftOut } from '@sms-gateway/contract';
import { isDeepStrictEqual } from 'node:util';
import type { ConnectionConfig } from '@sms-gateway/config';
import { sortWarnings } from './config-warnings.ts';
import type { Facts } from './facts.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

type Configuration = Pick<Facts, 'ingress' | 'worker' | 'isDev' | 'devStateProblem'>;

/** Whether ingress and worker can start with these settings, and what they would warn of. */
export function checkConfiguration({ ingress, worker, isDev, devStateProblem }: Configuration): Finding[] {
  const findings: Finding[] = [];
  if (devStateProblem !== undefined) {
    findings.push(failed(devStateProblem, 'Run npm start again, then give Auth0 the new secret.'));
  }
  const services = [
    { name: 'ingress', loaded: ingress },
    { name: 'worker', loaded: worker },
  ];
  const problems = collect(
    services.map(({ name, loaded }) => ({
      name,
      texts: loaded.kind === 'problems' ? loaded.problems : [],
    })),
  );
  for (const { text, names } of problems) {
    const { finding, advice } = split(text, `Correct it; docs/configuration.md describes the setting.`);
    findings.push(failed(`${finding} (${names.join(', ')})`, advice));
  }
  if (ingress.kind === 'loaded' && worker.kind === 'loaded') {
    const areSameKeys = isDeepStrictEqual(ingress.config.payloadKeys, worker.config.payloadKeys);
    const hasKeys = ingress.config.payloadKeys.kind === 'keys';
    const from = isDev
      ? 'ingress and worker can start, with the settings of npm start'
      : 'ingress and worker can start';
    findings.push(
      areSameKeys
        ? ok(hasKeys ? `${from}; PAYLOAD_KEYS are the same for both` : from)
        : failed(
            'PAYLOAD_KEYS of ingress and worker differ',
            'Give both the same keys: the worker cannot read what the ingress encrypts.',
          ),
    );
  }
  const warnings = collect(
    services.map(({ name, loaded }) => ({
      name,
      texts: loaded.kind === 'loaded' ? sortWarnings(loaded.config.warnings).others : [],
    })),
  );
  for (const { text } of warnings) {
    const { finding, advice } = split(text, 'If that is not intended, see docs/configuration.md.');
    findings.push(warning(finding, advice));
  }
  if (ingress.kind === 'loaded') findings.push(...tellSiblings(ingress.config.connections));
  return findings;
}

/** People cannot tell numbers of countries with the same calling code apart, and wonder why no code arrived. */
function tellSiblings(connections: readonly Pick<ConnectionConfig, 'name' | 'destinations'>[]): Finding[] {
  const told = connections.flatMap(({ name, destinations: { allowedCountries } }) =>
    siblingsLeftOut(allowedCountries ?? []).map(({ countryCallingCode, countries }) => ({
      name,
      text: `+${countryCallingCode} is shared, and ALLOWED_COUNTRIES leaves out its numbers of ${countries.join(', ')}`,
    })),
  );
  const texts = [...new Set(told.map(({ text }) => text))];
  return texts.map((text) => {
    const names = told.filter((one) => one.text === text).map(({ name }) => name);
    return ok(`${text} (${names.join(', ')})`);
  });
}

/** The sentences of the configuration say what is wrong and, after a semicolon, what to do. */
function split(sentence: string, otherwise: string): { finding: string; advice: string } {
  const [finding = '', ...rest] = sentence.split('; ');
  const advice = rest.join('; ');
  return { finding, advice: advice === '' ? otherwise : `${advice[0]?.toUpperCase()}${advice.slice(1)}.` };
}

/** Each text once, with the services that report it. */
function collect(reports: { name: string; texts: readonly string[] }[]): { text: string; names: string[] }[] {
  const texts = new Set(reports.flatMap((service) => service.texts));
  return [...texts].map((text) => ({
    text,
    names: reports.filter((service) => service.texts.includes(text)).map(({ name }) => name),
  }));
}
