"""What a model version is worth: named suites of pictures it never learned from, figures, and comparisons.

Pictures go the way of a user's: through the normaliser and the served LiteRT file. No TensorFlow here.
"""
