"""The peers beside us, in one run on one machine: the same data, the same rules, each in an environment of its own."""
