"""Line segmentation: a page -> its lines of connected components, and each line as a strip for the network of lines."""
