"""Hyperparameter tuning with Optuna: the search space, trials, the study."""
