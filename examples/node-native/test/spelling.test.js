import assert from "node:assert/strict";
import { test } from "node:test";

import { distance } from "distance";

import { suggest } from "../spelling.js";

test("the distance counts letters added, removed and changed", () => {
  assert.equal(distance("", ""), 0);
  assert.equal(distance("", "abc"), 3);
  assert.equal(distance("kitten", "sitting"), 3);
  assert.equal(distance("sitting", "kitten"), 3);
  assert.equal(distance("naïve", "naive"), 1);
});

test("the nearest word is suggested", () => {
  assert.deepEqual(suggest("excercise"), { suggestion: "exercise", distance: 1 });
  assert.deepEqual(suggest("rhythm"), { suggestion: "rhythm", distance: 0 });
});
