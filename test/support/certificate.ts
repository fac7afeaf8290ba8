import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto';

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const hex = (text: string) => Buffer.from(text, 'hex');

const name = (text: string) =>
  sequence(der(0x31, sequence(der(0x06, hex('550403')), der(0x0c, Buffer.from(text)))));
const extension = (id: string, value: Buffer) => sequence(der(0x06, hex(id)), der(0x04, sequence(value)));

export type Certificate = {
  /** PEM. */
  cert: string;
  key: string;
};

type Issuer = { name: string; privateKey: KeyObject };

/** Node can read certificates but not make them (RFC 5280). */
function issue({
  subject,
  issuer,
  privateKey,
  publicKey,
  extensions,
}: KeyPairKeyObjectResult & { subject: string; issuer: Issuer; extensions: Buffer[] }): Certificate {
  const ecdsaWithSha256 = sequence(der(0x06, hex('2a8648ce3d040302')));
  const body = sequence(
    der(0xa0, der(0x02, hex('02'))),
    der(0x02, Buffer.concat([hex('01'), randomBytes(8)])),
    ecdsaWithSha256,
    name(issuer.name),
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z'))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, hex('00'), signature));
  const base64 = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const ALTERNATIVE_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';

/** A self-signed certificate for `localhost` and its key. */
export function createCertificate(): Certificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name: 'localhost', privateKey: keys.privateKey };
  const extensions = [extension(ALTERNATIVE_NAME, der(0x82, Buffer.from('localhost')))];
  return issue({ ...keys, subject: 'localhost', issuer, extensions });
}

/** A private certificate authority, and what it issues for hosts that are known by their IPv4 address. */
export function createAuthority(): { cert: string; issueFor: (address: string) => Certificate } {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name: 'Authority of a test', privateKey: keys.privateKey };
  const isAuthority = extension(BASIC_CONSTRAINTS, der(0x01, hex('ff')));
  return {
    cert: issue({ ...keys, subject: issuer.name, issuer, extensions: [isAuthority] }).cert,
    issueFor: (address) => {
      const bytes = Buffer.from(address.split('.').map(Number));
      return issue({
        ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
        subject: address,
        issuer,
        extensions: [extension(ALTERNATIVE_NAME, der(0x87, bytes))],
      });
    },
  };
}
