"""Labelled handwriting for training and checking, always as the normaliser puts it out."""
