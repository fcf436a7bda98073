"""Servers that people would otherwise take, each around the Reader of hwr. They read, and keep nothing."""
