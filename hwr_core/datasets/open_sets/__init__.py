"""The open data sets: which there are, and how their files come into the datasets folder."""
