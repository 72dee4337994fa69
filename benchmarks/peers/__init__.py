"""What a user might pick instead, each in a process of its own and in an environment that Chainrule has no part in.

`python -m benchmarks.peers.<name> <index of the shape> <seconds>` trains the network of a shape with Adam in float32
on data that are already in memory, in the same order every epoch, and prints samples per second.
"""
