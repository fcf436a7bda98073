"""What reads the images of a bulk reading: processes of this machine, or those of a cluster of Dask or Ray."""
