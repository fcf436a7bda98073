"""The map of the Data page: images that the model finds alike near each other, to be selected and labelled."""
