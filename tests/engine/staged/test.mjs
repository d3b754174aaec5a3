import assert from "node:assert/strict";
import { test } from "node:test";
import { two } from "./node_modules/two.mjs";
import { answer } from "./server.mjs";
test("two is two", () => assert.equal(answer, two));
