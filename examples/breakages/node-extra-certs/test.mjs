import assert from "node:assert/strict";
import { test } from "node:test";

import { extra } from "./server.mjs";

test("authorities can be counted", () => {
  assert.equal(typeof extra(), "number");
});
