"""What the page network says of a page, and in what form: ink, numbers' middles, and the way they are read.

All maps have half the page's pixels each way; `INK` has four values to a place, one for each of its pixels.
"""

INK = slice(0, 4)
"""Whether a pixel is ink of a digit: upper left, upper right, lower left, lower right of each place."""
MIDDLE = 4
"""Whether a place lies in the middle of a number: within half of its digits' height."""
ACROSS, DOWN = 5, 6
"""The way a number is read, a vector of length 1: to the right, and downwards."""
MAPS = 7

PAGE_UNIT = 32
"""A page's sides are multiples of so many pixels, as the network halves them five times."""
