import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./server.mjs";

test("the sum is right", () => {
  assert.equal(page(), "907060870\n");
});
