"""Training, tuning and conversion: the only room of hwr that imports TensorFlow."""
