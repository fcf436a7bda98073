"""What the tables are, by what they are for: each function makes or changes some, and was released as it is."""
