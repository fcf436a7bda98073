"""The HTTP server that `hwr serve` starts: uvicorn, with bounds on time and on connections that it does not have."""
