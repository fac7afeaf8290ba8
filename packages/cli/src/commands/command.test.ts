import { expect, test } from 'vitest';
import { asTypedHere } from './command.ts';

const TEXT = 'npm run gateway -- blocks shows them; npm run send -- +14155550123 sends.';

test('commands are named as they are typed in a clone, or in a container', () => {
  expect(asTypedHere(TEXT, {})).toBe(TEXT);
  expect(asTypedHere(TEXT, { GATEWAY_COMMAND: 'docker compose run --rm gateway' })).toBe(
    'docker compose run --rm gateway blocks shows them; docker compose run --rm gateway send +14155550123 sends.',
  );
});
