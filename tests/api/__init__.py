"""The API, over HTTP and on real parts."""
