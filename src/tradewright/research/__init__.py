"""Many runs of the engine: sweeps over parameters. Brokers and stores are handed in."""
