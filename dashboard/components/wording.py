"""What the pages say of a prediction, in words. Knows no Streamlit."""

from datetime import datetime

from hwr_core.recognition.types import NONE, Prediction, Reason, Verdict
from hwr_core.records.predictions import PredictionRecord

ONE_DIGIT, NUMBERS = KINDS = ("One digit", "Numbers")
"""What there may be on an image."""

ADVICE = {
    Reason.NOT_A_DIGIT: "This does not look like a digit from 0 to 9.",
    Reason.SEVERAL_DIGITS: f'This looks like more than one digit. Choose "{NUMBERS}" to read them all.',
    Reason.NO_INK: "There is no writing to read here.",
}

NEXT = {
    Reason.NOT_A_DIGIT: "That is an answer too. If it is a digit, say which, or write it larger and in one go.",
    Reason.SEVERAL_DIGITS: "",
    Reason.NO_INK: "A dot or a speck is taken for dust: write a little larger.",
}
"""What one may do where no digit was read."""


def percent(share: float) -> str:
    """A share of 0 to 1 in per cent, with a decimal where it matters and never rounded up to certainty."""
    if share > 0.999:
        return "over 99.9%"
    return f"{share:.1%}" if share >= 0.99 else f"{share:.0%}"


def a_digit(digit: int) -> str:
    """The digit with its article: "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def digit_or_none(value: str) -> str:
    """A digit with its article, or the words for none."""
    return "no digit" if value == NONE else a_digit(int(value))


def symbol(prediction: Prediction) -> str:
    """The digit read, "7?" for an unsure one and a dash for none."""
    if prediction.digit is None:
        return "–"
    return f"{prediction.digit}?" if prediction.verdict is Verdict.UNSURE else str(prediction.digit)


def headline(prediction: Prediction) -> str:
    """The verdict as one sentence."""
    if prediction.digit is None and prediction.reason is not None:
        return ADVICE[prediction.reason]
    first, second = prediction.candidates[:2]
    if prediction.verdict is Verdict.UNSURE:
        return f"Not sure. It may be {a_digit(first.digit)}, or else {a_digit(second.digit)}."
    return f"{_likelihood(prediction.confidence)} {a_digit(first.digit)}."


def detail(prediction: Prediction) -> str:
    """The figures behind the headline, empty where none would mean anything."""
    if prediction.digit is None:
        return ""
    first, second = prediction.candidates[:2]
    if prediction.verdict is Verdict.UNSURE:
        return f"{first.digit}: {percent(first.probability)}, {second.digit}: {percent(second.probability)}"
    return f"Confidence {percent(prediction.confidence)}"


def what_next(prediction: Prediction) -> str:
    """What one may do where no digit was read; empty where one was."""
    return NEXT[prediction.reason] if prediction.digit is None and prediction.reason is not None else ""


def verdict_word(verdict: Verdict) -> str:
    """The verdict in a word or two, for a table."""
    return {
        Verdict.DIGIT: "Digit",
        Verdict.UNSURE: "Unsure",
        Verdict.NOT_A_DIGIT: "Not a digit",
        Verdict.NO_INK: "No ink",
    }[verdict]


def judgement(kept: PredictionRecord) -> str:
    """What people say of a prediction, in a word or two; empty while nobody has said."""
    if kept.label is None:
        return ""
    if kept.is_right:
        return "Right"
    return "No digit" if kept.label.digit is None else f"Is {a_digit(kept.label.digit)}"


def duration(seconds: float) -> str:
    """A time in the two units that matter: "45 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def counted(count: int, name: str) -> str:
    """A number of things: "1 prediction", "1,200 predictions"."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def size(count: int) -> str:
    """Bytes in the unit that fits: "940 kB", "2.1 GB"."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def day(moment: datetime) -> str:
    """The day of a moment: "24 November 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def _likelihood(confidence: float) -> str:
    if confidence >= 0.99:
        return "Almost certainly"
    return "Very likely" if confidence >= 0.9 else "Probably"
