"""Threads that work in the context of their submitter."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

Args = ParamSpec("Args")
Result = TypeVar("Result")


class Threads(ThreadPoolExecutor):
    """A pool whose work sees the context variables of its submitter: the lines it logs name the same request."""

    def submit(self, work: Callable[Args, Result], /, *args: Args.args, **named: Args.kwargs) -> Future[Result]:
        """Do the work as soon as a thread is free; `map` comes this way too."""
        context = copy_context()
        return super().submit(lambda: context.run(work, *args, **named))
