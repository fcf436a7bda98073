"""Model versions on disk, their cards, and the aliases that name the champion and the challenger."""
