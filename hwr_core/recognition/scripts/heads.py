"""Heads: from the features that the scripts' network finds to the symbols of one script, or to the script itself.

A script has two layers. One has an output for each of its symbols, beside those of all other scripts, of Western digits
and of no symbol: together they tell which script an image is in. The other has an output for each symbol and one for
none of them, and knows nothing of symbols elsewhere that look like one of its own: it reads where the script is known.
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
"""The output that stands for what is a symbol of no script."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights float32 [features, outputs] and bias float32 [outputs]."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @property
    def size(self) -> int:
        """The number of outputs."""
        return len(self.bias)

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits of the outputs: [..., features] -> [..., outputs]."""
        return np.asarray(features @ self.weights + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class Head:
    """What one script has of its own: a layer among those of all scripts, and one that reads it alone.

    `among` has an output for each symbol, `alone` one more, the last, for what is none of them.
    """

    among: Layer
    alone: Layer

    def to_bytes(self) -> bytes:
        """Return the head as the content of an npz file."""
        return layers_file({"among": self.among, "alone": self.alone})

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the head from the content of a file that `to_bytes` made. Raises ValueError."""
        layers = layers_of_file(content, ("among", "alone"))
        return cls(layers["among"], layers["alone"])


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
    """All heads of a version, with the layers of Western digits and of no symbol. Immutable."""

    def __init__(self, shared: Mapping[str, Layer], heads: Mapping[str, Head], scripts: Sequence[Script]) -> None:
        self.shared = dict(shared)
        self._heads = dict(heads)
        self._scripts = {script.name: script for script in scripts}

    @property
    def scripts(self) -> list[Script]:
        """The scripts that have a head, without the Western one."""
        return [*self._scripts.values()]

    def head(self, name: str) -> Head:
        """Return the head of a script."""
        return self._heads[name]

    def without(self, name: str) -> Self:
        """Return the other heads."""
        heads = {each: head for each, head in self._heads.items() if each != name}
        return type(self)(self.shared, heads, [script for script in self.scripts if script.name != name])

    def with_head(self, script: Script, head: Head) -> Self:
        """Return these heads and one more, behind them; an earlier one of the script is replaced."""
        others = self.without(script.name)
        heads = {name: each for name, each in self._heads.items() if name != script.name}
        return type(self)(self.shared, {**heads, script.name: head}, [*others.scripts, script])

    @cached_property
    def among(self) -> Layer:
        """The layers by which scripts are told apart, as one: Western digits, no symbol, then script by script."""
        layers = [*self.shared.values(), *(head.among for head in self._heads.values())]
        return Layer(
            np.concatenate([layer.weights for layer in layers], axis=1),
            np.concatenate([layer.bias for layer in layers]),
        )

    @cached_property
    def _slices(self) -> dict[str, slice]:
        sizes = {name: layer.size for name, layer in self.shared.items()}
        sizes |= {name: head.among.size for name, head in self._heads.items()}
        ends = np.cumsum([*sizes.values()]).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}

    def script_probabilities(self, logits: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return how probable each script is, and NONE, in all 1: logits of `among` -> name -> [...]."""
        shares = softmax(logits)
        return {name: shares[..., of].sum(axis=-1) for name, of in self._slices.items()}

    def choice(self, logits: NDArray[np.float32]) -> ScriptChoice:
        """Return which script and which value the logits of `among` for one image speak for."""
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


def layers_file(layers: Mapping[str, Layer]) -> bytes:
    """Return layers by name as the content of an npz file."""
    stream = io.BytesIO()
    arrays = {f"{name}-{part}": getattr(layer, part) for name, layer in layers.items() for part in ("weights", "bias")}
    np.savez(stream, **arrays)
    return stream.getvalue()


def layers_of_file(content: bytes, names: Sequence[str]) -> dict[str, Layer]:
    """Return the layers of these names from the content of such a file. Raises ValueError."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: Layer(archive[f"{name}-weights"], archive[f"{name}-bias"]) for name in names}
    except (KeyError, OSError, *ZIP_DAMAGE) as error:
        raise ValueError(f"This is no npz file of the layers {', '.join(names)}.") from error
