import express from "express";

import { InvalidDate, daysBetween, weekday } from "./calendar.js";

export const app = express();

app.disable("x-powered-by");

app.get("/", (request, response) => {
  response.json({ name: "calendar", routes: ["/weekday?date=", "/days?from=&to=", "/health"] });
});

app.get("/weekday", ({ query: { date } }, response) => {
  response.json({ date, weekday: weekday(date) });
});

app.get("/days", ({ query: { from, to } }, response) => {
  response.json({ from, to, days: daysBetween(from, to) });
});

app.get("/health", (request, response) => {
  response.json({ status: "ok" });
});

app.use((request, response) => {
  response.status(404).json({ error: "no such route" });
});

// Express knows an error handler by its four parameters.
app.use((error, request, response, next) => {
  const status = error instanceof InvalidDate ? 400 : 500;
  response.status(status).json({ error: status === 400 ? error.message : "internal error" });
});
