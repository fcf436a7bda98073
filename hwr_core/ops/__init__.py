"""Tools for whoever operates hwr: backup, restore, and checks of an installation."""
