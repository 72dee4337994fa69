"""What keeps the repository: installing, locking, rehearsing a deployment."""
