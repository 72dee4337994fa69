"""A rehearsal of docker-compose.yml on a machine that has no container engine."""
