"""Hostile and senseless input, much of it; what each module finds is mended where it was found."""
