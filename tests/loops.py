"""Runs coroutines, also beside Playwright, whose own loop runs in the main thread once a browser was opened."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def in_thread(work: Callable[[], Result]) -> Result:
    """Return what some work returns, done in a thread of its own: it may begin a loop there."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def finished(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Return what a coroutine returns."""
    return in_thread(lambda: asyncio.run(coroutine))
