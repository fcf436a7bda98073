"""hwr doctor: checks each part of an installation and says how to fix what is wrong."""
