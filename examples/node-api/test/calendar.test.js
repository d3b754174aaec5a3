import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidDate, daysBetween, weekday } from "../calendar.js";

test("a known date falls on its weekday", () => {
  assert.equal(weekday("1969-07-20"), "Sunday");
  assert.equal(weekday("2000-02-29"), "Tuesday");
});

test("days are counted across a leap day, forwards and backwards", () => {
  assert.equal(daysBetween("2024-02-28", "2024-03-01"), 2);
  assert.equal(daysBetween("2023-03-01", "2023-02-28"), -1);
});

test("a change to summer time does not lose a day", () => {
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 2);
});

for (const text of ["2023-02-29", "2026-02-30", "2026-13-01", "26-01-01", "tomorrow", "", undefined]) {
  test(`${JSON.stringify(text)} is not a date`, () => {
    assert.throws(() => weekday(text), InvalidDate);
  });
}
