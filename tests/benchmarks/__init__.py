"""Measurements to be run by hand; pytest collects none of them."""
