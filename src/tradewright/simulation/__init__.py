"""Our own venue behind the Broker port: the step of `domain/matching`, as plain Python."""
