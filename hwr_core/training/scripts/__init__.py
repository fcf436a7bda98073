"""Trainings of scripts: the network that they share, and the head of each."""
