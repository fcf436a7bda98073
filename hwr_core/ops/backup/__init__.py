"""Everything that cannot be made again, in one archive: the history, image files, own images, model versions."""
