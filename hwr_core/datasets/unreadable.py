"""What nobody can read as it is labelled, of the open sets: digits, and letters and marks that show a digit.

Nothing is made of them or measured with them, but for the digits of images, which their suites keep. Found among the
writers who check and test: digits to whose label the served network gave less than 3 %, and what it named a digit at a
confidence above 70 %. Each was then looked at; those that a person can read as labelled are not here, however rare
their shape.
"""

import hashlib

import numpy as np

from hwr_core.images.strokes import Strokes
from hwr_core.images.types import Grey

UNREADABLE = {
    "0b258885ce0579ec": "mnist: labelled 6, shows a 0",
    "2ade8bec31ce7dba": "mnist: labelled 5, a blot",
    "4985d10cf40ecf24": "mnist: labelled 9, shows a 4",
    "8bf803ded95ef1ca": "mnist: labelled 5, shows an 8",
    "972ee7847fbc66bf": "mnist: labelled 4, shows a 9",
    "98609797afd32590": "mnist: labelled 4, shows a 7",
    "a03bb2fbab2272cf": "mnist: labelled 2, between a 2 and a 7",
    "ecd010217217f3bf": "mnist: labelled 2, a blot",
    "f79a5080505f7e32": "mnist: labelled 5, shows a 3",
    "07536623978caba9": "scanned: labelled 5, half of it is missing",
    "1bcc40cb3ddaa096": "scanned: labelled 0, a blot",
    "441af1fda02a484a": "scanned: labelled 6, shows a 0",
    "47c3e181db46f055": "scanned: labelled 2, shows a 7",
    "2593036140ecb2b2": "scanned: labelled 3, shows a 5",
    "50acf0c11bee17d8": "scanned: labelled 5, half of it is missing",
    "583d4c6e4b3adebd": "scanned: labelled 9, nothing known",
    "58960b250f45dff3": "scanned: labelled 5, shows a 4",
    "6284e6d437044170": "scanned: labelled 9, shows a 7",
    "9a42310efbbd2c05": "scanned: labelled 9, shows an 8",
    "9aab3a0a7dcec9f6": "scanned: labelled 8, shows a 6",
    "fff0093d21a80904": "scanned: labelled 2, an L",
    "be4c82174e8b8af5": "scanned: labelled 9, shows a 7",
    "c1a67de58cc999a1": "scanned: labelled 9, shows a 7",
    "c1c75ed5028730da": "scanned: labelled 5, half of it is missing",
    "c72c8478724f04a0": "scanned: labelled 5, half of it is missing",
    "c928b6eeb61c51d9": "scanned: labelled 0, an n",
    "da13915167370aeb": "scanned: labelled 9, shows a 0",
    "e3d96208d5ca23fe": "scanned: labelled 0, shows a 6",
    "e7e18b7eb2b9f009": "scanned: labelled 1, shows a 7",
    "f06039ba26c1c435": "scanned: labelled 8, shows a 6",
    "f3de58aeaed7b788": "scanned: labelled 3, shows a 5",
    "e4cbb3544b4cd7e3": "scanned: labelled 6, half of it is missing",
    "52f1c4825473fbba": "strokes-pendigits.jsonl.gz: labelled 3, shows a 7",
    "c9ebd17e47d995a7": "strokes-pendigits.jsonl.gz: labelled 3, shows a 2",
    "e06cac1efc51b21e": "strokes-pendigits.jsonl.gz: labelled 3, shows a 7",
    "ef6a872cb620820b": "strokes-pendigits.jsonl.gz: labelled 6, shows a 5",
    "175fcbda61b4eed2": "strokes-unipen.jsonl.gz: labelled 4, shows a 1",
    "2f7a3550ede6e688": "strokes-unipen.jsonl.gz: labelled 2, a parenthesis",
    "5a4b9e3edb70b189": "strokes-unipen.jsonl.gz: labelled 4, a U",
    "60d195e8c6ad2ee7": "strokes-unipen.jsonl.gz: labelled 9, shows a 4",
    "6cf6c78245717df9": "strokes-unipen.jsonl.gz: labelled 2, shows a 7",
    "76f5d17406acf6e9": "strokes-unipen.jsonl.gz: labelled 8, a percent sign",
    "8317f6f93891fb40": "strokes-unipen.jsonl.gz: labelled 7, shows a 2",
    "b3227afcc012e1e1": "strokes-unipen.jsonl.gz: labelled 7, shows a 2",
    "dc781f9424f17ce6": "strokes-unipen.jsonl.gz: labelled 7, a p",
    "ed63fbab86c7b508": "strokes-unipen.jsonl.gz: labelled 2, a y",
    "fe6c38669a5332a5": "strokes-unipen.jsonl.gz: labelled 2, a y",
}
"""Digits by fingerprint: in which set it is, how it is labelled, and what it shows."""

SHOW_A_DIGIT = {
    "9469e3395c09302f": "characters-omniglot: labelled Tagalog/character04, shows a 0",
    "fdcee400f0f4d081": "characters-omniglot: labelled Greek/character07, shows a 7",
    "d316908e67181c40": "digits-arabic-madbase: labelled 2, shows a 5",
    "32da3d021c00e7e6": "digits-bangla-numtadb: labelled 6, shows a 5",
    "5ccb98f002399b51": "digits-bangla-numtadb: labelled 5, shows a 0",
    "67ec87d925b7655a": "digits-bangla-numtadb: labelled 6, shows a 6",
    "c6d95352748341f6": "digits-bangla-numtadb: labelled 5, shows a 0",
    "e72e099ca79f7def": "digits-bangla-numtadb: labelled 5, shows a 0",
    "303df5b46b4d11bd": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "3c5455b13153ec4c": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "3ff08a4365c25610": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "5036f0caf2f0a163": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "60f68f9145889d63": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "6b6a2c03e99772e3": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "8174576723b6c77b": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "bfca047d6918b921": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "ed61085fab0024f6": "digits-devanagari-dhcd: labelled 8, shows a 2",
    "558ca881e8c05677": "digits-telugu-cmaterdb: labelled 9, shows a 5",
    "c71a87b47db6960e": "digits-telugu-cmaterdb: labelled 9, shows a 5",
    "02622a0979d9e2b4": "numerals-chinese: labelled 1000, shows a 4",
    "c790c712052cdf72": "numerals-chinese: labelled 1000, shows a 4",
    "1e3c912beb31726e": "strokes-letters-lower: labelled r, shows a 2",
    "375d31afed2cede5": "strokes-letters-lower: labelled r, shows a 2",
    "856689b9aa13e8de": "strokes-letters-lower: labelled h, shows a 7",
    "d8315086774ba3f8": "strokes-letters-lower: labelled r, shows a 2",
    "0043164daea677c3": "strokes-letters-upper: labelled B, shows a 3",
    "30dc7024865fbe53": "strokes-letters-upper: labelled L, shows a 1",
    "3eace7028e354fa1": "strokes-letters-upper: labelled B, shows a 3",
    "7b25f8bd0af2a9ac": "strokes-letters-upper: labelled R, shows a 2",
    "9f0c4767eb2a9165": "strokes-letters-upper: labelled L, shows a 6",
    "ac90a10f26dc4562": "strokes-letters-upper: labelled T, shows a 7",
    "0b1005b86defa4e6": "strokes-symbols: labelled %, shows a 0",
    "0d4aa292e8ece670": "strokes-symbols: labelled &, shows an 8",
    "13b6ec79d3b03000": "strokes-symbols: labelled -, shows a 7",
    "368f292f4219176c": "strokes-symbols: labelled $, shows a 5",
    "36a9df1804c3aa82": "strokes-symbols: labelled $, shows a 5",
    "3ad75c751df32614": "strokes-symbols: labelled %, shows a 9",
    "4c4cb2f0a0caafd0": "strokes-symbols: labelled }, shows a 3",
    "82c54c23cead6080": "strokes-symbols: labelled %, shows a 9",
    "859cabeb22eb2107": "strokes-symbols: labelled $, shows a 5",
    "88a004c956e457b3": "strokes-symbols: labelled }, shows a 3",
    "9dbd510e45313755": "strokes-symbols: labelled }, shows a 3",
    "a8470a9902becc17": "strokes-symbols: labelled %, shows a 0",
    "b56c8de246a996d0": "strokes-symbols: labelled %, shows a 0",
    "d91ab7f335772426": "strokes-symbols: labelled ., shows a 4",
    "de3e13c4850e4ccd": "strokes-symbols: labelled $, shows a 5",
    "eea7e856e1e9e121": "strokes-symbols: labelled $, shows a 5",
    "f38bbdef93c1dd85": "strokes-symbols: labelled $, shows a 5",
}
"""The same of what should be no digit."""


LISTED = frozenset([*UNREADABLE, *SHOW_A_DIGIT])


def image_is_readable(image: Grey) -> bool:
    """Tell whether an image can be read as it is labelled: a normalised digit, uint8 [28, 28], or another character."""
    return _fingerprint(image.tobytes()) not in LISTED


def strokes_are_readable(strokes: Strokes) -> bool:
    """Tell whether a recording can be read as it is labelled."""
    points = b"".join(np.asarray(stroke, np.float32).round(2).tobytes() for stroke in strokes)
    return _fingerprint(points) not in LISTED


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
