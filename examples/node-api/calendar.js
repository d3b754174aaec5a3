// Arithmetic on calendar dates. All of it is in UTC, so the host's time zone never matters.

const DAY = 24 * 60 * 60 * 1000;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

export class InvalidDate extends Error {}

/** The time of a date written as YYYY-MM-DD; throws InvalidDate for anything else. */
function parse(text) {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  // Some engines roll 30 February over into March: only a date that reads back the same is one.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new InvalidDate(`not a date (YYYY-MM-DD): ${text}`);
  }
  return time;
}

export function weekday(date) {
  return WEEKDAYS[new Date(parse(date)).getUTCDay()];
}

export function daysBetween(from, to) {
  return (parse(to) - parse(from)) / DAY;
}
