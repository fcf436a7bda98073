"""Heads: from the features that the scripts' network finds to the symbols of one script, or to the script itself.

All heads together are one softmax over the symbols of every script and "no symbol". Where the script is known, the
others' symbols count for little, and those that look like one of its own not at all; where it is not, they tell which
script it is.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hwr_core.files import ZIP_DAMAGE
from hwr_core.recognition.calibration import softmax
from hwr_core.scripts.script import WESTERN, Script, find_script

NONE = "none"
"""The head of one output that stands for what is a symbol of no script."""

OTHERS = 0.1
"""How probable a symbol of another script is where the script was named, relative to one of its own."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last layer of one script: weights float32 [features, symbols] and bias float32 [symbols]."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @property
    def size(self) -> int:
        """The number of symbols."""
        return len(self.bias)

    def to_bytes(self) -> bytes:
        """Return the head as the content of an npz file."""
        stream = io.BytesIO()
        np.savez(stream, weights=self.weights, bias=self.bias)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the head from the content of a file that `to_bytes` made. Raises ValueError."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                return cls(archive["weights"], archive["bias"])
        except (KeyError, OSError, *ZIP_DAMAGE) as error:
            raise ValueError("The head of a script is not an npz file of weights and bias.") from error


@dataclass(frozen=True, slots=True)
class ScriptChoice:
    """How probable it is that an image shows a symbol of each script, and of each value, if it shows any.

    `scripts`: by name, the most probable first. `values`: over all scripts together.
    """

    scripts: Mapping[str, float]
    values: Mapping[int, float]

    @property
    def best(self) -> str:
        """The most probable script."""
        return next(iter(self.scripts))


class Heads:
    """All heads of a version, by script, with those of Western digits and of no symbol. Immutable."""

    def __init__(self, heads: Mapping[str, Head], scripts: Sequence[Script]) -> None:
        self._heads = dict(heads)
        self._scripts = {script.name: script for script in scripts}

    @property
    def scripts(self) -> list[Script]:
        """The scripts that have a head, without the Western one."""
        return [*self._scripts.values()]

    def head(self, name: str) -> Head:
        """Return the head of a script, of WESTERN or of NONE."""
        return self._heads[name]

    def without(self, name: str) -> Self:
        """Return the other heads."""
        heads = {each: head for each, head in self._heads.items() if each != name}
        return type(self)(heads, [script for script in self.scripts if script.name != name])

    def with_head(self, script: Script, head: Head) -> Self:
        """Return these heads and one more, behind them; an earlier one of the script is replaced."""
        others = self.without(script.name)
        heads = {name: each for name, each in self._heads.items() if name != script.name}
        return type(self)({**heads, script.name: head}, [*others.scripts, script])

    @cached_property
    def layer(self) -> Head:
        """All heads as one layer."""
        return Head(
            np.concatenate([head.weights for head in self._heads.values()], axis=1),
            np.concatenate([head.bias for head in self._heads.values()]),
        )

    @cached_property
    def _slices(self) -> dict[str, slice]:
        ends = np.cumsum([head.size for head in self._heads.values()]).tolist()
        return {name: slice(end - head.size, end) for (name, head), end in zip(self._heads.items(), ends, strict=True)}

    def place(self, name: str) -> int:
        """Return the output of the first symbol of a head."""
        return int(self._slices[name].start)

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits of all symbols: [..., features] -> [..., outputs]."""
        return np.asarray(features @ self.layer.weights + self.layer.bias, np.float32)

    def of_script(self, logits: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        """Return the logits of a script's symbols and, last, of none of them: [..., outputs] -> [..., symbols + 1]."""
        own = logits[..., self._slices[name]]
        others = logits[..., self._others[name]] + self._penalties[name]
        return np.concatenate([own, np.logaddexp.reduce(others, axis=-1, keepdims=True)], axis=-1)

    def script_probabilities(self, logits: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return how probable each script is, and NONE, in all 1: [..., outputs] -> name -> [...]."""
        shares = softmax(logits)
        return {name: shares[..., of].sum(axis=-1) for name, of in self._slices.items()}

    def choice(self, logits: NDArray[np.float32]) -> ScriptChoice:
        """Return which script and which value the logits of one image speak for: [outputs]."""
        shares = softmax(logits)
        shares[self._slices[NONE]] = 0.0
        shares /= max(float(shares.sum()), 1e-12)
        scripts = {name: float(shares[of].sum()) for name, of in self._slices.items() if name != NONE}
        ranked = sorted(scripts, key=lambda name: -scripts[name])
        values: dict[int, float] = {}
        for name in scripts:
            for value, share in zip(self._values(name), shares[self._slices[name]].tolist(), strict=True):
                values[value] = values.get(value, 0.0) + share
        return ScriptChoice({name: scripts[name] for name in ranked}, values)

    def _values(self, name: str) -> tuple[int, ...]:
        return (find_script(WESTERN) if name == WESTERN else self._scripts[name]).values

    @cached_property
    def _others(self) -> dict[str, NDArray[np.intp]]:
        """For each script the outputs of no symbol, and of others that look like none of its own."""
        return {name: np.flatnonzero(self._differs(name)) for name in self._scripts}

    @cached_property
    def _penalties(self) -> dict[str, NDArray[np.float32]]:
        weights = np.full(len(self.layer.bias), np.log(OTHERS), np.float32)
        weights[self._slices[NONE]] = 0.0
        return {name: weights[others] for name, others in self._others.items()}

    def _differs(self, name: str) -> NDArray[np.bool_]:
        differs = np.ones(len(self.layer.bias), bool)
        differs[self._slices[name]] = False
        for other, values in self._scripts[name].alike.items():
            if other in self._slices:
                script = find_script(WESTERN) if other == WESTERN else self._scripts[other]
                places = [script.values.index(value) for value in values]
                differs[self._slices[other].start + np.array(places)] = False
        return differs
