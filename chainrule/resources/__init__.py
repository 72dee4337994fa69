"""What the service keeps, one file each: datasets, jobs, a job's results, workers, keys."""
