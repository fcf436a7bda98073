"""The tables of what happened: predictions, feedback, labels, users, uploads; queried, exported and erased."""
