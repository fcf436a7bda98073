"""Makes samples in several processes: some at a time, each time from a seed of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

import numpy as np

from hwr_core.datasets.samples import Part

Item = TypeVar("Item")


def made_in_processes(  # noqa: PLR0913  all but one by name
    make: Callable[[int, np.random.SeedSequence], list[Item]],
    *,
    load: Callable[..., None],
    needs: tuple[Any, ...],
    part: Part,
    count: int,
    chunk: int,
    seed: int,
    processes: int,
) -> Iterator[Item]:
    """Yield what is made, in an order that does not depend on the processes.

    Args:
        make: makes so many, or about so many, from a seed.
        load: is called in each process before, with `needs`.
        needs: arguments of `load`.
        part: of the writers; the same seed makes other samples of another part.
        count: how many to make.
        chunk: how many are made at a time.
        seed: the same seed makes the same samples.
        processes: how many work at once.
    """
    sizes = [min(chunk, count - start) for start in range(0, count, chunk)]
    seeds = np.random.SeedSequence((seed, (*Part,).index(part))).spawn(len(sizes))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=load, initargs=needs) as pool:
        for made in pool.map(make, sizes, seeds):
            yield from made
