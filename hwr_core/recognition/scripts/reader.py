"""The scripts of a version, ready to read: one network for all, a head for each, and the choice among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey
from hwr_core.recognition.calibration import digit_probabilities, softmax
from hwr_core.recognition.networks import DigitNetwork, Pool
from hwr_core.recognition.scripts.heads import NONE, Head, Heads, ScriptChoice, layers_of_file
from hwr_core.recognition.scripts.looks import SURE, other_looks
from hwr_core.registry.card import Decision, ScriptCard, Scripts
from hwr_core.registry.registry import SCRIPTS_HEADS, SCRIPTS_LITERT, ModelVersion
from hwr_core.scripts.script import WESTERN, Script


@dataclass(frozen=True, slots=True)
class ScriptShares:
    """What a script's head makes of an image: the probabilities of its symbols and, last, of none, float32 [n + 1]."""

    script: Script
    decision: Decision
    shares: NDArray[np.float32]


class ScriptReader:
    """Reads the scripts of one version. Safe to use from many threads."""

    def __init__(self, network: bytes, heads: Heads, card: Scripts, cores: int) -> None:
        self._networks = Pool(lambda: DigitNetwork(network), cores)
        self._heads = heads
        self._temperature = card.temperature
        self._cards: Mapping[str, ScriptCard] = {each.script.name: each for each in card.scripts}

    @classmethod
    def load(cls, version: ModelVersion, cores: int) -> Self | None:
        """Load what a version has of scripts, None for a version that reads Western digits only.

        Raises:
            ModelUnavailable: a file is missing or damaged.
            ValueError, RuntimeError: a file is not of its kind.
        """
        card = version.card.scripts
        if card is None or SCRIPTS_LITERT not in version.card.files:
            return None
        return cls(version.read_file(SCRIPTS_LITERT), heads_of(version, card), card, cores)

    @property
    def scripts(self) -> list[Script]:
        """The scripts that can be read, without the Western one."""
        return [card.script for card in self._cards.values()]

    def read(self, image: Grey, script: str) -> ScriptShares:
        """Return what the head of one script makes of an image, uint8 28x28: of five looks where one is unsure."""
        card = self._cards[script]
        layer, temperature = self._heads.head(script).alone, card.decision.temperature
        logits = layer.logits(self._features(image))
        if digit_probabilities(softmax(logits / temperature)).max() < SURE:
            others = [layer.logits(self._features(look)) for look in other_looks(image)]
            logits = np.mean([logits, *others], axis=0)
        return ScriptShares(card.script, card.decision, softmax(logits / temperature))

    def choose(self, image: Grey) -> ScriptChoice:
        """Return which script an image most probably shows a symbol of.

        What speaks for no symbol at all is left to whoever reads the image in the script that was chosen.
        """
        return self._heads.choice(self._heads.among.logits(self._features(image)) / self._temperature)

    def _features(self, image: Grey) -> NDArray[np.float32]:
        with self._networks.one() as network:
            return network.run(image)


def heads_of(version: ModelVersion, card: Scripts) -> Heads:
    """Return the heads of a version. Raises ModelUnavailable; ValueError for a file that is none of heads."""
    shared = layers_of_file(version.read_file(SCRIPTS_HEADS), (WESTERN, NONE))
    own = {each.script.name: Head.from_bytes(version.read_file(each.file)) for each in card.scripts}
    return Heads(shared, own, [each.script for each in card.scripts])
