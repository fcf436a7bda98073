"""Jobs: long work in child processes, with a queue, progress, a log, cancelling and resuming.

This room does not know what the work is: whoever opens the queue names the program that each child process runs.
"""
