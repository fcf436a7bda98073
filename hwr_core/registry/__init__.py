"""Model versions on disk, their cards, and the aliases champion and challenger."""
