"""Jobs: long work in child processes, with a queue, progress, a log, a way to stop and a way to go on.

What the work is, this room does not know: the child's program is named by whoever opens the queue.
"""
