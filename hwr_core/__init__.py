"""Handwriting recognition that works on people's own writing.

Reading digits needs no TensorFlow; only `hwr_core.training` imports it.
"""

from importlib.metadata import version

__version__ = version("hwr")
