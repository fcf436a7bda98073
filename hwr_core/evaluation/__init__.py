"""Evaluation of model versions: suites of images they were not trained on, figures, comparisons, promotion.

Images are read as those of users are: by the normaliser and the served LiteRT file. No TensorFlow here.
"""
