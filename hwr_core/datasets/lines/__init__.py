"""Made lines of digits: `digits` has those of the open sets, `writing` puts them on a line, `paper` what is around it.

`made` makes of that what a user's image becomes: strips to learn from.
"""
