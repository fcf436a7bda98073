"""Looking over what was read: which predictions to ask a person about, and which of people's labels to doubt."""
