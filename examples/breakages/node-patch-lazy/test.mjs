import assert from "node:assert/strict";
import { test } from "node:test";

import { fits } from "./server.mjs";

test("there is a page", async () => {
  assert.equal(typeof fits, 'function');
});
