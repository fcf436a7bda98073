"""What a researcher calls, and how its results show in a notebook."""
