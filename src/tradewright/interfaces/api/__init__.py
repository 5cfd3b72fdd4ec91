"""The door over HTTP: routes that turn a request into a message, and its answer into JSON."""
