import { expect, test } from 'vitest';
import type { SmppDialect } from './dialect.ts';
import { createIdForms } from './id-forms.ts';

const create = (configured: SmppDialect['messageIds'] = 'learn') => {
  const learnt: string[] = [];
  return {
    learnt,
    ...createIdForms({ scope: 'smsc:2775', configured, onLearnt: (form) => learnt.push(form) }),
  };
};

test.each([
  ['the same', '0a1b2c3d4e', '0a1b2c3d4e'],
  ['in the other case', '0A1B2C3D4E', '0a1b2c3d4e'],
  ['the decimal form of a hexadecimal one', '0A1B2C3D4E', '43405557070'],
  ['the hexadecimal form of a decimal one', '43405557070', '0A1B2C3D4E'],
  ['without its padding', '0004711471', '4711471'],
  ['with a padding', '4711471', '0000004711471'],
  ['with 0x before it', '0xA1B2C3D', 'a1b2c3d'],
  [
    'the decimal form of a UUID',
    '3f2504e04f8911d39a0c0305e82c3301',
    '83933577619577329213855713373035705089',
  ],
  ['a UUID', '3F2504E0-4F89-11D3-9A0C-0305E82C3301', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
  ['of one digit', '0', '0'],
])('finds a message by a receipt whose id is %s', (_, submitted, received) => {
  const { ofResponse, ofReceipt } = create();
  const message = ofResponse(submitted);
  const receipt = ofReceipt(received);

  // Whichever of the two comes first.
  expect(receipt.messageIds).toContain(message.id);
  expect(message.receiptIds).toContain(receipt.id);
  expect(receipt.scope).toBe(message.scope);
});

test('takes an id for what it says first, until it has learnt otherwise', () => {
  const { ofReceipt, learn, learnt } = create();
  expect(ofReceipt('16')).toMatchObject({ messageIds: ['16', '10', '22'] });

  learn('16', '10');
  learn('17', '11');

  expect(learnt).toEqual(['hex-to-decimal']);
  // A counter read in another way is that of another message.
  expect(ofReceipt('16')).toMatchObject({ messageIds: ['10'] });
  expect(ofReceipt('43405557070').messageIds).toEqual(['a1b2c3d4e', '43405557070', '4621474295920']);
});

test('learns nothing of an id that two forms read alike', () => {
  const { learn, learnt } = create();
  for (let count = 0; count < 5; count++) learn('7', '7');
  expect(learnt).toEqual([]);
});

test('learns anew from an SMSC that changes its form', () => {
  const { learn, learnt } = create();
  learn('16', '10');
  learn('16', '10');
  for (let count = 0; count < 8; count++) learn('43405557070', '43405557070');
  expect(learnt).toEqual(['hex-to-decimal', 'same']);
});

test('takes what others have learnt', () => {
  const { ofReceipt, recall } = create();
  recall('decimal-to-hex');
  expect(ofReceipt('10').messageIds).toEqual(['16']);
  recall(undefined);
  recall('nonsense');
  expect(ofReceipt('10').messageIds).toEqual(['16']);
});

test.each<[SmppDialect['messageIds'], string[], string[]]>([
  ['same', ['43405557070'], ['43405557070']],
  ['hex-to-decimal', ['a1b2c3d4e'], ['43405557070', '4621474295920']],
  ['decimal-to-hex', ['4621474295920'], ['43405557070', 'a1b2c3d4e']],
])('reads ids as %s alone where it is told to', (configured, messageIds, receiptIds) => {
  const { ofReceipt, ofResponse, learn, learnt } = create(configured);
  learn('16', '10');
  learn('16', '10');
  expect(learnt).toEqual([]);
  expect(ofReceipt('43405557070').messageIds).toEqual(messageIds);
  expect(ofResponse('43405557070').receiptIds).toEqual(receiptIds);
});
