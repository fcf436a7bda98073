"""How the pages put a prediction into words. Knows no Streamlit."""

from datetime import datetime

from hwr_core.app import NONE, WESTERN, Prediction, PredictionRecord, Reason, Source, Verdict, all_scripts, symbol_of

ONE_DIGIT, NUMBERS = KINDS = ("One digit", "Numbers")
"""What there may be on an image."""

NOT_A_DIGIT = "Not a digit"
"""As a label, and as what an image was read as."""

CORRECT, WRONG, LABELLED, NOT_LABELLED = "Correct", "Wrong", "Labelled", "Not labelled"
"""What users say of predictions."""

SURE_SCRIPT, WORTH_NAMING = 0.8, 0.02
"""A script is open below the first probability, and named among others from the second on."""

NO_LABELS = "No labels yet"

HEADLINES = {
    Reason.NOT_A_DIGIT: "This does not look like a digit from 0 to 9.",
    Reason.SEVERAL_DIGITS: f'This looks like more than one digit. Choose "{NUMBERS}" to read them all.',
    Reason.NO_INK: "There is nothing written here.",
}

ADVICE = {
    Reason.NOT_A_DIGIT: "If it is one, label it, or write it again, larger.",
    Reason.SEVERAL_DIGITS: "",
    Reason.NO_INK: "Very small marks are ignored as dust. Write a little larger.",
}
"""What the user can do where no digit was read."""


def percent(share: float) -> str:
    """A share of 0 to 1 in per cent, with a decimal where it matters and never rounded up to certainty."""
    if share > 0.999:
        return "over 99.9%"
    return f"{share:.1%}" if share >= 0.99 else f"{share:.0%}"


def acceptance(*, accept: bool) -> str:
    """Whether somebody has to check a number."""
    return "accepted" if accept else "check this"


def a_digit(digit: int) -> str:
    """The digit with its article: "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def digit_in_words(digit: int | str | None) -> str:
    """A digit with its article, or "not a digit" for None and for analytics' "none"."""
    return NOT_A_DIGIT.lower() if digit is None or digit == NONE else a_digit(int(digit))


def digit_symbol(digit: int | str | None) -> str:
    """A digit, or a dash for None and for analytics' "none"."""
    return "–" if digit is None or digit == NONE else str(digit)


def written(value: int, script: str) -> str:
    """A digit as it is written in a script: "7", "೭"."""
    return symbol_of(script, value) or str(value)


def symbol(prediction: Prediction) -> str:
    """The predicted digit as it is written, "7?" for an unsure one and a dash for none."""
    if prediction.digit is None:
        return "–"
    digit = written(prediction.digit, prediction.script)
    return f"{digit}?" if prediction.verdict is Verdict.UNSURE else digit


def in_script(digit: int | None, script: str) -> str:
    """A digit with its article, of another script with its symbol and value, or "not a digit"."""
    if digit is None or script == WESTERN:
        return digit_in_words(digit)
    return f"{written(digit, script)}, the {all_scripts()[script].title} {digit}"


def headline(prediction: Prediction) -> str:
    """The verdict as one sentence."""
    script = prediction.script
    if prediction.reason is Reason.NOT_A_DIGIT and script != WESTERN:
        return f"This does not look like a digit of {all_scripts()[script].title}."
    if prediction.digit is None and prediction.reason is not None:
        return HEADLINES[prediction.reason]
    first, second = prediction.candidates[:2]
    if prediction.verdict is Verdict.UNSURE:
        if _script_is_open(prediction):
            return f"Not sure which script this is: in {all_scripts()[script].title} it is {a_digit(first.digit)}."
        return f"Not sure: it may be {in_script(first.digit, script)} or {in_script(second.digit, script)}."
    return f"{_likelihood(prediction.confidence)} {in_script(first.digit, script)}."


def detail(prediction: Prediction) -> str:
    """The figures behind the headline, empty where none would mean anything."""
    if prediction.digit is None:
        return ""
    if prediction.script_candidates:
        return _scripts_in_words(prediction)
    first, second = prediction.candidates[:2]
    if prediction.verdict is Verdict.UNSURE:
        return f"{first.digit}: {percent(first.probability)}, {second.digit}: {percent(second.probability)}"
    return f"Confidence {percent(prediction.confidence)}"


def _script_is_open(prediction: Prediction) -> bool:
    """Whether it is the script that an answer is unsure of."""
    candidates = prediction.script_candidates
    return bool(candidates) and candidates[0].probability < SURE_SCRIPT


def _scripts_in_words(prediction: Prediction) -> str:
    """Which scripts an image may be in."""
    named = [each for each in prediction.script_candidates[:3] if each.probability >= WORTH_NAMING]
    scripts = ", ".join(f"{all_scripts()[each.script].title} {percent(each.probability)}" for each in named)
    return f"Confidence {percent(prediction.confidence)}. Script: {scripts}"


def advice(prediction: Prediction) -> str:
    """What the user can do where no digit was read; empty where one was."""
    return ADVICE[prediction.reason] if prediction.digit is None and prediction.reason is not None else ""


def verdict_word(verdict: Verdict) -> str:
    """The verdict in a word or two, for a table."""
    return {
        Verdict.DIGIT: "Digit",
        Verdict.UNSURE: "Unsure",
        Verdict.NOT_A_DIGIT: NOT_A_DIGIT,
        Verdict.NO_INK: "Blank",
    }[verdict]


def source_word(source: Source) -> str:
    """How an image came in, in a word."""
    return source.value.upper() if source in (Source.API, Source.CLI) else source.value.capitalize()


def label_of(record: PredictionRecord) -> str:
    """A prediction's label in a word or two; empty while there is none."""
    if record.label is None:
        return ""
    if record.is_right:
        return CORRECT
    digit = record.label.digit
    return f"{WRONG}: {'no digit' if digit is None else written(digit, record.prediction.script)}"


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
