"""Everything that cannot be made again, in one archive: the history, picture files, own pictures, model versions."""
