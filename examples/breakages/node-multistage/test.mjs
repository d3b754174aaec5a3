import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./server.mjs";

test("it was built", () => {
  assert.equal(page(), "hello, world\n");
});
