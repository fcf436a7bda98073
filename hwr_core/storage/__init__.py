"""Where whole files lie that several servers may share: a folder, or a bucket of an object store."""
