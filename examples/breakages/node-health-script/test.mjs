import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./server.mjs";

test("it says hello", () => {
  assert.equal(page(), "hello\n");
});
