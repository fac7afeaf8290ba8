import { text, token } from '@sms-gateway/config/fields';
import { AWS_ORIGINATION_ID } from '@sms-gateway/contract';
import { defineProvider } from '../provider-descriptor.ts';
import { apiSettings, originOf, providerSettings } from '../provider-settings.ts';
import type { AwsProviderOptions } from './aws.ts';

const setting = providerSettings('aws');

type Options = Pick<AwsProviderOptions, 'region' | 'originationIdentity' | 'configurationSet' | 'apiUrl'>;

export const aws = defineProvider({
  kind: 'aws',
  settings: {
    region: setting({
      env: 'AWS_REGION',
      schema: text.regex(
        /^[a-z]{2}(-[a-z]+)+-\d$/,
        'must be the name of an AWS region, such as eu-central-1',
      ),
      doc: 'Region of AWS End User Messaging; credentials come from where the AWS SDK looks for them',
    }),
    originationIdentity: setting({
      env: 'AWS_SMS_ORIGINATION_IDENTITY',
      schema: token,
      doc: 'Sender: a number, sender ID or pool of the account, or its ARN; unset lets AWS choose',
    }),
    configurationSet: setting({
      env: 'AWS_SMS_CONFIGURATION_SET',
      schema: token,
      doc: 'Configuration set, for event destinations',
    }),
    ...apiSettings('aws', 'AWS_SMS', "the region's endpoint"),
  },
  senderSettings: ['originationIdentity'],
  senderPool: {
    form: AWS_ORIGINATION_ID,
    called: 'the ID or ARN of a pool, number or sender ID',
  },
  configure({ region, originationIdentity, configurationSet, apiUrl }, review): Options | undefined {
    review.require('region', 'set the region whose numbers and sender IDs are used');
    return region === undefined ? undefined : { region, originationIdentity, configurationSet, apiUrl };
  },
  describe: ({ region, originationIdentity, apiUrl }) => ({
    authentication: 'chain',
    sender: originationIdentity === undefined ? 'default' : 'from',
    region,
    origin: originOf(apiUrl),
  }),
  async create(options, { connections }) {
    const { createAwsProvider } = await import('./aws.ts');
    return createAwsProvider({ ...options, connections });
  },
  credentials: {
    settings: (label) =>
      `the AWS credentials of this process (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role) and ${label('region')}`,
    async checks(options) {
      const { awsCredentials } = await import('./aws-credentials.ts');
      return [awsCredentials(options)];
    },
  },
});
