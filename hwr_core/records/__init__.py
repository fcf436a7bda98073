"""What happened: predictions, feedback, labels, users, uploads; looked through, exported, erased."""
