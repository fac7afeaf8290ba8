/** How numbers were written before a country changed its numbering plan. */
export type RetiredForm = {
  /** Stands in traces. */
  name: string;
  /** The number as it was, in E.164. */
  was: RegExp;
  /**
   * Makes today's number of it. Undefined where no rule tells which number it has become: then it is refused, with
   * `form` as advice.
   */
  becomes: string | ((...match: string[]) => string) | undefined;
  /** Today's form, for people. */
  form: string;
  /** When the old form went out of use. */
  since: string;
  source: string;
};

const vietnamese: Record<string, string> = {
  '120': '70',
  '121': '79',
  '122': '77',
  '123': '83',
  '124': '84',
  '125': '85',
  '126': '76',
  '127': '81',
  '128': '78',
  '129': '82',
  '162': '32',
  '163': '33',
  '164': '34',
  '165': '35',
  '166': '36',
  '167': '37',
  '168': '38',
  '169': '39',
  '186': '56',
  '188': '58',
  '199': '59',
};

const IVORY_COAST = {
  form: '+225 and ten digits, such as +225 07 07 12 34 56',
  since: '2021-01-31',
  source:
    'artci.ci/en/faq; prefixes of operators: fr.wikipedia.org, Liste des indicatifs téléphoniques en Côte d’Ivoire',
};
const ARGENTINA = {
  form: '+54 9, area code, number, without 15, such as +54 9 11 1234 5678',
  since: '1999-01-24',
  source:
    'itu.int, Operational Bulletin, Argentina (+54): mobile numbers are reached from abroad with 9 and without 15',
};

/**
 * Forms in which numbers were enrolled years ago, and arrive for ever. A row maps only what its source maps one to one,
 * and what cannot be a number of today: retired-forms.test.ts holds each against libphonenumber. The first that fits
 * counts.
 */
export const RETIRED_FORMS: readonly RetiredForm[] = [
  {
    // 1 for mobiles from abroad; 044 and 045 for mobiles and 01 for long distance from within.
    name: 'mexico_prefix',
    was: /^\+52(?:1|01|044|045)([2-9]\d{9})$/,
    becomes: '+52$1',
    form: '+52 and ten digits, such as +52 55 1234 5678',
    since: '2019-08-03',
    source: 'commsupdate.com/articles/2019/07/18/mexico-to-introduce-10-digit-phone-numbers-on-3-august',
  },
  {
    name: 'benin_8_digits',
    was: /^\+229([24-79]\d{7})$/,
    becomes: '+22901$1',
    form: '+229 01 and eight digits, such as +229 01 51 80 04 51',
    since: '2024-11-30',
    source: 'fr.allafrica.com/stories/202411300249.html',
  },
  {
    // The second digit was the operator's; what begins with 2 or 3 was a landline.
    name: 'ivory_coast_8_digits_moov',
    was: /^\+225(0[1-3]\d{6}|[457][0-3]\d{6})$/,
    becomes: '+22501$1',
    ...IVORY_COAST,
  },
  {
    name: 'ivory_coast_8_digits_mtn',
    was: /^\+225([04-9][4-6]\d{6})$/,
    becomes: '+22505$1',
    ...IVORY_COAST,
  },
  {
    name: 'ivory_coast_8_digits_orange',
    was: /^\+225([04-9][7-9]\d{6})$/,
    becomes: '+22507$1',
    ...IVORY_COAST,
  },
  { name: 'ivory_coast_8_digits', was: /^\+225\d{8}$/, becomes: undefined, ...IVORY_COAST },
  {
    // Not what begins with 7: numbers of Nextel stayed as they were.
    name: 'brazil_8_digits',
    was: /^\+55([1-9][1-9])([689]\d{7})$/,
    becomes: '+55$19$2',
    form: '+55, area code, nine digits that begin with 9, such as +55 11 91234 5678',
    since: '2016-11-06',
    source: 'tribunapopular.net/noticia/22371; Nextel: showmetech.com.br',
  },
  {
    name: 'vietnam_11_digits',
    was: /^\+84(1(?:2\d|6[2-9]|8[68]|99))(\d{7})$/,
    becomes: (_all, prefix = '', rest = '') => `+84${vietnamese[prefix] ?? prefix}${rest}`,
    form: '+84 and nine digits, such as +84 70 123 4567',
    since: '2018-09-15',
    source: 'english.mic.gov.vn/network-operators-ready-to-convert-11-digit-simcards-197137613.htm',
  },
  {
    // What began with 5, 7 or 9 was a mobile. Of landlines, some codes changed as well.
    name: 'cameroon_8_digits',
    was: /^\+237([579]\d{7})$/,
    becomes: '+2376$1',
    form: '+237 6 and eight digits, such as +237 6 71 23 45 67',
    since: '2014-11-21',
    source: 'guardianpostonline.blogspot.com/2014/09/telephone-numbers-to-move-from-8-to-9.html',
  },
  {
    name: 'mauritius_7_digits',
    was: /^\+230([79]\d{6})$/,
    becomes: '+2305$1',
    form: '+230 5 and seven digits, such as +230 5712 3456',
    since: '2013-09-01',
    source: 'commsupdate.com/articles/2013/09/02/mauritius-migrates-to-a-new-8-digit-mobile-numbering-plan',
  },
  {
    name: 'sint_maarten_599',
    was: /^\+599(5\d{6})$/,
    becomes: '+1721$1',
    form: '+1 721 and seven digits, such as +1 721 520 1234',
    since: '2012-09-30',
    source: 'NANPA Planning Letter 423 (27 July 2011)',
  },
  {
    // libphonenumber knows all area codes, and so which 15 is none of the number: it reads the result as +54 9.
    name: 'argentina_15',
    was: /^\+549?(1115\d{8}|[23]\d{2}15\d{7}|[23]\d{3}15\d{6})$/,
    becomes: '+54$1',
    ...ARGENTINA,
  },
  { name: 'argentina_15_without_area', was: /^\+549?15\d{8}$/, becomes: undefined, ...ARGENTINA },
];

/** Today's number for one of an old form, or the form that it must be sent in. Undefined for numbers of today. */
export function renew(e164: string): { name: string; e164: string | undefined; form: string } | undefined {
  const retired = RETIRED_FORMS.find(({ was }) => was.test(e164));
  if (retired === undefined) return undefined;
  const { name, was, becomes, form } = retired;
  // One call for both kinds, which String.replace has two signatures for.
  const renewed =
    becomes === undefined
      ? undefined
      : typeof becomes === 'string'
        ? e164.replace(was, becomes)
        : e164.replace(was, becomes);
  return { name, e164: renewed, form };
}
