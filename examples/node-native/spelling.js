import { distance } from "distance";

const WORDS = ["accommodate", "calendar", "conscience", "exercise", "necessary", "rhythm", "separate"];

/** The known word that is nearest to `word`, and how far away it is. */
export function suggest(word) {
  const ranked = WORDS.map((suggestion) => ({ suggestion, distance: distance(word, suggestion) }));
  return ranked.reduce((best, next) => (next.distance < best.distance ? next : best));
}
