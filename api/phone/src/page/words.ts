/** Answers in words. */

import type { Answer } from "../reader/decide.ts";

export function inWords({ verdict, digit, confidence }: Answer): string {
  switch (verdict) {
    case "digit": return `${digit}, ${percent(confidence)} sure`;
    case "unsure": return `Perhaps ${digit}, ${percent(confidence)} sure`;
    case "not_a_digit": return "Not a digit";
    case "no_ink": return "Nothing is written yet";
  }
}

/** The digits that come next, where they are worth a word. */
export function others({ digit, probabilities }: Answer): string {
  const next = probabilities
    .map((probability, value) => ({ probability, value }))
    .filter(({ probability, value }) => value !== digit && probability >= 0.02)
    .sort((one, other) => other.probability - one.probability)
    .slice(0, 2)
    .map(({ probability, value }) => `${value} (${percent(probability)})`);
  return next.length && digit !== null ? `Or ${next.join(", ")}` : "";
}

export function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}
