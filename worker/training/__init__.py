"""One run: its data, its batches, its steps, and when to stop."""
