import { WrongUse } from '../../wrong-use.ts';

const MAX_COUNT = 1000;
const MAX_RATE = 1000;

export type SendOptions = {
  as: 'gateway' | 'action';
  numbers: [string, ...string[]];
  count: number;
  /** Undefined: each when the one before is answered. */
  ratePerSecond: number | undefined;
  url: string | undefined;
  connection: string | undefined;
  text: string | undefined;
  isFollowed: boolean;
  isJson: boolean;
};

/** As the command line gives them. */
type GivenOptions = {
  numbers: readonly string[];
  as: SendOptions['as'];
  count?: string | undefined;
  rate?: string | undefined;
  url?: string | undefined;
  connection?: string | undefined;
  text?: string | undefined;
  follow: boolean;
  json?: boolean | undefined;
};

/** What `npm run send` was asked for. @throws {WrongUse} which repeats no recipient. */
export function readSendOptions(given: GivenOptions): SendOptions {
  const { numbers, as, connection, url, text } = given;
  const [first, ...others] = numbers;
  if (first === undefined) throw new WrongUse('The number is missing.');
  if (others.length > 0 && !numbers.every((number) => number.startsWith('+'))) {
    throw new WrongUse(
      'Each of several numbers begins with a plus sign; one that holds spaces needs quotes.',
    );
  }
  const count = given.count === undefined ? numbers.length : wholeNumber(given.count);
  if (count === undefined || count < 1 || count > MAX_COUNT) {
    throw new WrongUse(`--count is a whole number from 1 to ${MAX_COUNT}.`);
  }
  if (count < numbers.length) throw new WrongUse('--count is less than the numbers given.');
  const ratePerSecond = given.rate === undefined ? undefined : decimal(given.rate);
  if (given.rate !== undefined && (ratePerSecond === undefined || ratePerSecond > MAX_RATE)) {
    throw new WrongUse(`--rate is a number above 0, up to ${MAX_RATE}: messages a second.`);
  }
  if (connection !== undefined && !/^[\w-]+$/.test(connection)) {
    throw new WrongUse('--connection is a name of letters, digits, - and _.');
  }
  if (text === '') throw new WrongUse('--text is empty.');
  if (count > 1 && text !== undefined && !text.includes('{code}')) {
    throw new WrongUse(
      '--text needs {code} where several are sent: the gateway takes the same text to the same number as a repeat.',
    );
  }
  return {
    as,
    numbers: [first, ...others],
    count,
    ratePerSecond,
    url,
    connection,
    text,
    isFollowed: given.follow,
    isJson: given.json === true,
  };
}

function wholeNumber(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function decimal(value: string): number | undefined {
  const number = /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : 0;
  return number > 0 ? number : undefined;
}
