"""Tests of hwr: they mirror the source."""
