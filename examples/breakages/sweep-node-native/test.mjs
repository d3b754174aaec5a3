import assert from 'node:assert';
import { test } from 'node:test';
import { fingerprint } from './server.mjs';

test('nothing has the fingerprint 0', () => {
  assert.equal(fingerprint(Buffer.alloc(0)), 0);
});
