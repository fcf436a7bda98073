"""What a number may be: how many digits, in which range, with which check digit, a date.

A pattern is a text of terms with commas between, all of which have to hold: "digits 8", "digits 6-8", "range 1-500",
"luhn", "mod97", "ean", "isbn", "date DDMMYYYY", "decimals 2", "minus". For example "digits 16, luhn". With the last
two, a decimal sign and a minus are looked for beside the digits; without them, such marks mean nothing. The other terms
are about the digits alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import cycle, groupby
from math import prod
from typing import Self

from hwr_core.errors import InvalidValue
from hwr_core.images.lines.marks import Marks

DECIMALS, MINUS = "decimals", "minus"
"""Terms of marks beside the digits."""

LONGEST = 200
"""Characters of a pattern, at most."""

HELP = (
    'Terms with commas between are allowed: "digits 8", "digits 6-8", "range 1-500", "luhn", "mod97", "ean", "isbn", '
    '"date DDMMYYYY" (in any order, YY for two digits of the year), "decimals 2", "decimals 0-2", "minus".'
)

CENTURY = 100
PIVOT = 70
"""Years of two digits from here on are of the twentieth century."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: whether digits meet it, and how probable it is that any digits do which meet all others."""

    holds: Callable[[str], bool]
    by_chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a number may be; `text` is how it was written."""

    text: str
    terms: tuple[Term, ...]
    decimals: range | None = None
    """How many digits may stand behind a decimal sign, which is looked for; None where no such sign matters."""
    minus: bool = False
    """Whether there may be a minus, which is looked for then."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the pattern that a text describes. Raises InvalidValue."""
        if len(text) > LONGEST:
            raise InvalidValue(f"The pattern has {len(text)} characters; at most {LONGEST} are allowed.")
        terms = [term for term in (part.strip() for part in text.split(",")) if term]
        if not terms:
            raise InvalidValue(f"The pattern is empty. {HELP}")
        decimals, minus, others = None, False, []
        for term in terms:
            name, rest = _name_and_rest(term)
            if name == DECIMALS and rest:
                decimals = _counts(name, rest)
            elif name == MINUS and not rest:
                minus = True
            else:
                others.append(_term(term))
        return cls(", ".join(terms), tuple(others), decimals, minus)

    @property
    def has_marks(self) -> bool:
        """Whether marks beside the digits matter."""
        return self.decimals is not None or self.minus

    def fits(self, digits: str, marks: Marks | None = None) -> bool:
        """Tell whether digits may be such a number, and with marks, whether a decimal sign is in its place."""
        if not digits or not all(term.holds(digits) for term in self.terms):
            return False
        return marks is None or self.decimals is None or _behind(digits, marks) in self.decimals

    def value(self, digits: str, marks: Marks) -> str | None:
        """Return the number as it is written, with a minus and a decimal point where there are; None without marks."""
        if not self.has_marks:
            return None
        behind = _behind(digits, marks) if self.decimals is not None else 0
        whole = f"{digits[: len(digits) - behind]}.{digits[len(digits) - behind :]}" if behind else digits
        return f"-{whole}" if self.minus and marks.minus else whole

    def confidence(self, confidence: float) -> float:
        """Return the probability that a reading is right which was found without the pattern and turned out to fit.

        By Bayes' rule: a wrong reading fits by chance only, one in ten has the right check digit. Most wrong readings
        differ in one digit, which a check digit always betrays, so it is more probable than this.
        """
        chance = prod(term.by_chance for term in self.terms)
        return confidence / (confidence + (1.0 - confidence) * chance) if confidence > 0.0 else 0.0


def _behind(digits: str, marks: Marks) -> int:
    """How many digits stand behind the decimal sign; none without one."""
    return 0 if marks.decimal_after is None else len(digits) - marks.decimal_after


def luhn(digits: str) -> bool:
    """Check the last digit by Luhn's formula (ISO/IEC 7812-1): cards, many customer numbers."""
    doubled = [int(digit) * factor for digit, factor in zip(reversed(digits), cycle((1, 2)), strict=False)]
    return len(digits) > 1 and sum(each - 9 * (each > 9) for each in doubled) % 10 == 0


def mod97(digits: str) -> bool:
    """Check the last two digits by ISO 7064, MOD 97-10."""
    return len(digits) > 2 and int(digits) % 97 == 1


def ean(digits: str) -> bool:
    """Check the last digit of an EAN-8, UPC-A or EAN-13 (GS1): weights 1 and 3 from the right."""
    weighed = sum(int(digit) * factor for digit, factor in zip(reversed(digits), cycle((1, 3)), strict=False))
    return len(digits) in (8, 12, 13) and weighed % 10 == 0


def isbn(digits: str) -> bool:
    """Check an ISBN of ten digits (weights 10 to 1, modulo 11; not one that ends in X) or of thirteen."""
    if len(digits) == 10:
        return sum(int(digit) * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0
    return digits.startswith(("978", "979")) and ean(digits)


def _name_and_rest(text: str) -> tuple[str, str]:
    name, _, rest = text.partition(" ")
    return name.lower(), rest.strip()


def _term(text: str) -> Term:
    name, rest = _name_and_rest(text)
    if name in CHECKS and not rest:
        return CHECKS[name]
    if name in MADE and rest:
        return MADE[name](rest)
    raise InvalidValue(f"The pattern has {text!r}, which is no term. {HELP}")


def _two_numbers(name: str, text: str) -> tuple[int, int]:
    low, dash, high = (part.strip() for part in text.partition("-"))
    if not (low.isdecimal() and low.isascii() and (not dash or (high.isdecimal() and high.isascii()))):
        raise InvalidValue(f"The pattern has {name} {text!r}; a number or two with - between are allowed.")
    first, last = int(low), int(high or low)
    if first > last:
        raise InvalidValue(f"The pattern has {name} {text!r}; the smaller number comes first.")
    return first, last


def _counts(name: str, text: str) -> range:
    fewest, most = _two_numbers(name, text)
    return range(fewest, most + 1)


def _digits(text: str) -> Term:
    fewest, most = _two_numbers("digits", text)
    if not fewest:
        raise InvalidValue("The pattern has digits 0; a number has 1 digit or more.")
    return Term(lambda digits: fewest <= len(digits) <= most)


def _range(text: str) -> Term:
    if "-" not in text:
        raise InvalidValue(f"The pattern has range {text!r}; two numbers with - between are needed.")
    low, high = _two_numbers("range", text)
    return Term(lambda digits: low <= int(digits) <= high)


def _date(text: str) -> Term:
    form = text.upper()
    if (
        sorted(form) not in (sorted("DDMMYYYY"), sorted("DDMMYY"))
        or "".join(kind for kind, _ in groupby(form)) not in ORDERS
    ):
        raise InvalidValue(f"The pattern has date {text!r}; DD, MM and YYYY or YY in some order are needed.")

    def holds(digits: str) -> bool:
        if len(digits) != len(form):
            return False
        day, month, year = (int("".join(d for d, kind in zip(digits, form, strict=True) if kind == k)) for k in "DMY")
        if form.count("Y") == 2:
            year += 19 * CENTURY if year >= PIVOT else 20 * CENTURY
        try:
            date(year, month, day)
        except ValueError:
            return False
        return True

    return Term(holds)


ORDERS = frozenset({"DMY", "DYM", "MDY", "MYD", "YMD", "YDM"})
CHECKS: Mapping[str, Term] = {
    "luhn": Term(luhn, 1 / 10),
    "mod97": Term(mod97, 1 / 97),
    "ean": Term(ean, 1 / 10),
    "isbn": Term(isbn, 1 / 10),
}
MADE: Mapping[str, Callable[[str], Term]] = {"digits": _digits, "range": _range, "date": _date}
