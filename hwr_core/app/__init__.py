"""Use cases: what front ends call. A workspace opens everything that belongs to one data folder."""
