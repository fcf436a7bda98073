"""Who made each open data set, and on what terms: named in the card of every version that learned from it."""

from collections.abc import Mapping

_MNIST = "MNIST (LeCun, Cortes, Burges; from NIST's forms), CC BY-SA 3.0"
_UNIPEN = (
    "UNIPEN train_r01_v07 (International Unipen Foundation), terms unclear: CC BY 4.0 at Zenodo, "
    "for research on its CD-ROM"
)
_PENDIGITS = "pendigits (Alpaydin, Alimoglu; UCI), CC BY 4.0"
_SCANS = "numbers (anagnostes, kensanata), Apache-2.0"
_PHONE = "sudoku-scanner, MIT"
_OPTDIGITS = "optdigits (Alpaydin, Kaynak; UCI), CC BY 4.0"
_BHMSDS = "bhmsds, MIT"
_CHARS74K = "Chars74K (de Campos, Babu, Varma, 2009), free for research with citation"

ORIGINS: Mapping[str, tuple[str, ...]] = {
    "mnist": (_MNIST,),
    "strokes-unipen": (_UNIPEN,),
    "strokes-pendigits": (_PENDIGITS,),
    "strokes-letters-upper": (_UNIPEN,),
    "strokes-letters-lower": (_UNIPEN,),
    "strokes-symbols": (_UNIPEN,),
    "scanned-digits": (_SCANS,),
    "phone-digits": (_PHONE,),
    "phone-not-a-digit": (_PHONE,),
    "optdigits": (_OPTDIGITS,),
    "photographed-digits": (_BHMSDS,),
    "strokes-chars74k-digits": (_CHARS74K,),
    "strokes-chars74k-letters": (_CHARS74K,),
    "doodles": ("Quick, Draw! (Google), CC BY 4.0",),
    "font-characters": ("Hershey fonts (A. V. Hershey, 1967; package Hershey-Fonts), public domain",),
    "signatures": ("Cross-media signatures, MIT",),
    "other-scripts": (
        "MADBase (Abdelazeem, El-Sherif), free for research",
        "DHCD (Acharya, Pant, Gyawali; UCI), CC BY 4.0",
        "Kannada-MNIST (Prabhu, 2019), with citation",
        "Chinese MNIST (Nazarpour, Chen; Newcastle University), with citation",
        _BHMSDS,
        "Omniglot (Lake, Salakhutdinov, Tenenbaum, 2015), MIT",
    ),
    "poor": (_MNIST, _UNIPEN, _PENDIGITS, _SCANS, _OPTDIGITS),
    "several-digits": (_UNIPEN,),
}
"""By source; what hwr makes itself, and a user's own images, have none."""
