"""The exit statuses that every command keeps to."""

DONE = 0
SOME_UNREAD = 1
"""A file could not be read, the others were."""
UNUSABLE = 2
"""Nothing could be done."""
UNHEALTHY = 1
"""A check of `hwr doctor` found what keeps hwr from working."""
