import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./server.mjs";

test("summer in Berlin", () => {
  assert.equal(page(), "14 h\n");
});
