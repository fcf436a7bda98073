"""Reading a folder or a table of many images into files of predictions, shard by shard."""
