"""Pictures of a job's history: in the terminal, and as SVG."""
