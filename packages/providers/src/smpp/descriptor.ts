import { defineProvider } from '../provider-descriptor.ts';
import { configureSmpp } from './configure.ts';
import type { SmscAddress } from './connect.ts';
import { tlvProblem } from './message-tlvs.ts';
import { smppSettings } from './settings.ts';

const urlOf = ({ host, port, tls }: SmscAddress) => `${tls ? 'smpps' : 'smpp'}://${host}:${port}`;

export const smpp = defineProvider({
  kind: 'smpp',
  keepsConnection: true,
  settings: smppSettings,
  senderSettings: ['from'],
  configure: configureSmpp,
  parameterProblem: tlvProblem,
  describe: ({ hosts, receiverHosts = [], windowSize, dialect }) => ({
    authentication: 'configured',
    sender: 'from',
    hosts: hosts.map(urlOf),
    ...(receiverHosts.length > 0 && { receiverHosts: receiverHosts.map(urlOf) }),
    windowSize,
    dialect,
  }),
  async create(config, { onReceipt, onLateResult, onEvent, memory }) {
    const { createSmppProvider } = await import('./smpp.ts');
    return createSmppProvider({
      ...config,
      memory,
      onReceipt: (receipt) => onReceipt(receipt),
      onLateResult,
      onEvent,
    });
  },
  async probe(config, probe, signal) {
    const { probeSmpp } = await import('./probe.ts');
    return probeSmpp({ ...probe, config, now: Date.now, random: Math.random }, signal);
  },
  credentials: {
    settings: (label) => `${label('systemId')}, ${label('password')} and ${label('systemType')}`,
    async checks(config) {
      const { smppCredentials } = await import('./smpp-credentials.ts');
      return [smppCredentials(config)];
    },
  },
});
