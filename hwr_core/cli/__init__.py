"""The commands of hwr: each parses its arguments, makes one call into hwr_core, and prints the answer. No logic."""

from hwr_core.cli.program import main

__all__ = ["main"]
