/** Probabilities -> verdict, as hwr_core/recognition/recogniser.py decides. */

export type Decision = { not_a_digit_above: number; unsure_below: number };
export type Verdict = "digit" | "unsure" | "not_a_digit" | "no_ink";
export type Answer = { verdict: Verdict; digit: number | null; confidence: number; probabilities: number[] };

export const NO_INK: Answer = { verdict: "no_ink", digit: null, confidence: 0, probabilities: [] };

/** Decide on the probabilities of ten digits and, last, of no digit. */
export function decide(shares: number[], { not_a_digit_above, unsure_below }: Decision): Answer {
  const none = shares.at(-1)!;
  const probabilities = shares.slice(0, -1).map((share) => share + none / (shares.length - 1));
  const confidence = Math.max(...probabilities);
  if (none > not_a_digit_above) return { verdict: "not_a_digit", digit: null, confidence, probabilities };
  const verdict = confidence < unsure_below ? "unsure" : "digit";
  return { verdict, digit: probabilities.indexOf(confidence), confidence, probabilities };
}
