"""Labelled handwriting to train on and to evaluate with, preprocessed as a user's image is."""
