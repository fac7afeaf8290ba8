import { describeTemplate } from '@sms-gateway/config';
import { sortWarnings } from './config-warnings.ts';
import type { Facts } from './facts.ts';
import { type Finding, ok, skipped, warning } from './finding.ts';

const ADVICE =
  'npm run gateway -- segments "TEXT" says what to write instead; each segment costs as much as a message.';

/** Whether a code costs more than one segment with the templates that can be read. */
export async function checkSegments(facts: Pick<Facts, 'env' | 'caller' | 'tenant'>): Promise<Finding[]> {
  const own = facts.env['MESSAGE_TEMPLATE']?.trim() || undefined;
  const findings = own === undefined ? [] : [judgeTemplate('MESSAGE_TEMPLATE', own)];
  // The loaded configuration does not contain the file's templates, only the warnings about them.
  const fileWarnings =
    facts.caller.kind === 'loaded' ? sortWarnings(facts.caller.config.warnings).templates : [];
  for (const text of fileWarnings) {
    if (own === undefined || !text.startsWith('MESSAGE_TEMPLATE')) findings.push(warning(text, ADVICE));
  }
  const tenant = await facts.tenant();
  if (tenant.kind === 'found' && tenant.connections.kind === 'read') {
    for (const { name, options } of tenant.connections.value) {
      const template = options?.['template'];
      if (typeof template === 'string') {
        findings.push(judgeTemplate(`the template of ${name} at Auth0`, template));
      }
    }
  }
  if (findings.length > 0) return findings;
  if (facts.caller.kind !== 'loaded') return [skipped('the configuration of the connections cannot be used')];
  return [
    skipped(
      facts.env['GATEWAY_CONFIG']
        ? 'no template of the file costs more than one segment, if it has any: set template to the message template at Auth0'
        : 'no template is known: set MESSAGE_TEMPLATE to the message template at Auth0',
    ),
  ];
}

function judgeTemplate(name: string, template: string): Finding {
  const { segments, summary } = describeTemplate(template);
  return segments === 1 ? ok(`${name}: ${summary}`) : warning(`${name}: ${summary}`, ADVICE);
}
