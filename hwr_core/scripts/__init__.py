"""The scripts whose digits can be read: what each looks like, as data. A script is a file here, not code."""
