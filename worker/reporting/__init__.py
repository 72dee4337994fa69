"""What leaves the gang while it trains: heartbeats, history and checkpoints, each on a thread of its own."""
