"""hwr doctor: an installation looked at part by part, with what to do where something is amiss."""
