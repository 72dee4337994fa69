"""The control plane: claims, leases, fences, generations and their repair, all in SQL."""
