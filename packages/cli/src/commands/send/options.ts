import { WrongUse } from '../../wrong-use.ts';

const MAX_COUNT = 1000;
const MAX_RATE = 1000;

export type SendOptions = {
  as: 'gateway' | 'action';
  numbers: [string, ...string[]];
  count: number;
  /** Undefined: each after the answer to the previous one. */
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

/** The validated options of `npm run send`. @throws {WrongUse} which repeats no recipient. */
export function readSendOptions(given: GivenOptions): SendOptions {
  const { numbers, as, connection, url, text } = given;
  const [first, ...others] = numbers;
  if (first === undefined) throw new WrongUse('The number is missing.');
  if (others.length > 0 && !numbers.every((number) => number.startsWith('+'))) {
    throw new WrongUse(
      'With several numbers, each must begin with a plus sign; put one with spaces in quotes.',
    );
  }
  const count = given.count === undefined ? numbers.length : wholeNumber(given.count);
  if (count === undefined || count < 1 || count > MAX_COUNT) {
    throw new WrongUse(`--count must be a whole number from 1 to ${MAX_COUNT}.`);
  }
  if (count < numbers.length) throw new WrongUse('--count is less than the number of recipients.');
  const ratePerSecond = given.rate === undefined ? undefined : decimal(given.rate);
  if (given.rate !== undefined && (ratePerSecond === undefined || ratePerSecond > MAX_RATE)) {
    throw new WrongUse(`--rate must be a number of messages per second, above 0 and at most ${MAX_RATE}.`);
  }
  if (connection !== undefined && !/^[\w-]+$/.test(connection)) {
    throw new WrongUse('--connection must be a name of letters, digits, - and _.');
  }
  if (text === '') throw new WrongUse('--text is empty.');
  if (count > 1 && text !== undefined && !text.includes('{code}')) {
    throw new WrongUse(
      '--text needs {code} if several are sent: the gateway treats the same text to the same number as a repeat.',
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
