import { nationalNumber } from '@sms-gateway/contract';
import type { SmppDialect } from './dialect.ts';

const MAX_ADDRESS_LENGTH = 20;
const MAX_SHORT_CODE_LENGTH = 8;
const INTERNATIONAL = 1;
const NATIONAL = 2;

/**
 * A sender's address with its type of number and numbering plan (SMPP 3.4 §5.2.5, §5.2.6). Up to eight digits
 * without a plus sign are a short code. Undefined for what is not 1 to 20 characters of printable ASCII, the most the
 * field holds.
 */
export function sourceAddress(sender: string, { source }: Pick<SmppDialect, 'source'>) {
  const address = sender.replace(/^\+(?=\d+$)/, '');
  if (!/^[\x20-\x7e]+$/.test(address) || address.length > MAX_ADDRESS_LENGTH) return undefined;
  const isShortCode = address === sender && address.length <= MAX_SHORT_CODE_LENGTH;
  const kind = !/^\d+$/.test(address) ? 'alphanumeric' : isShortCode ? 'shortCode' : 'number';
  return {
    source_addr_ton: source[kind].ton,
    source_addr_npi: source[kind].npi,
    source_addr: address,
  };
}

/**
 * A recipient's address. A national format is used only for numbers of the dialect's country. Numbers of other
 * countries are written with their country code, because the centre would take their national form for another number.
 */
export function destinationAddress(to: string, { destination }: Pick<SmppDialect, 'destination'>) {
  const { ton, npi, format, country } = destination;
  const digits = to.replace(/^\+/, '');
  const written = (address: string, type = ton) => ({
    dest_addr_ton: type,
    dest_addr_npi: npi,
    destination_addr: address,
  });
  switch (format) {
    case 'digits':
      return written(digits);
    case 'plus':
      return written(`+${digits}`);
    case '00':
      return written(`00${digits}`);
    case 'national':
    case 'national-significant': {
      const national = country === undefined ? undefined : nationalNumber(to, country);
      if (national === undefined) return written(digits, ton === NATIONAL ? INTERNATIONAL : ton);
      return written(format === 'national' ? national.dialled : national.significant);
    }
  }
}
