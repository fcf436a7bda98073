"""What a model version is worth: named suites of images it never learned from, figures, and comparisons.

Images go the way of a user's: through the normaliser and the served LiteRT file. No TensorFlow here.
"""
