"""The digits of many scripts, read by one network that they share and a small head for each."""
