import { text } from '@sms-gateway/config/fields';
import { z } from 'zod';

/** smpp:// or smpps://, without credentials: SMPP has fields of its own for them. */
const smppUrl = text.transform((written, context) => {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !/^smpps?:$/.test(url.protocol) || url.hostname === '') {
    context.addIssue(
      'must be a URL that begins with smpp:// or smpps://, as in smpp://smsc.example.com:2775',
    );
  } else if (url.username !== '' || url.password !== '') {
    context.addIssue('must not hold a user or password; use SMPP_SYSTEM_ID and SMPP_PASSWORD');
  } else if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    context.addIssue('must have nothing after the port');
  } else if (url.port === '0') {
    context.addIssue('must have a port from 1 to 65535, or none: 2775 for smpp://, 3550 for smpps://');
  } else {
    const tls = url.protocol === 'smpps:';
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    return { host, port: Number(url.port || (tls ? 3550 : 2775)), tls };
  }
  return z.NEVER;
});

/** One address or several, comma-separated or as a list; what is wrong with the only one is said without its place. */
export const smppUrls = z
  .union([z.string(), z.array(z.string())], 'must be text or a list')
  .transform((written, context) => {
    const entries = typeof written === 'string' ? written.split(',') : written;
    return entries.map((entry, index) => {
      const read = smppUrl.safeParse(entry);
      if (read.success) return read.data;
      const place = entries.length > 1 ? `entry ${index + 1} ` : '';
      for (const { message } of read.error.issues) context.addIssue(`${place}${message}`);
      return z.NEVER;
    });
  });
