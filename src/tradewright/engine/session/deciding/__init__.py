"""What a session decides on each kind of input: generators of facts and effects, one noun a file."""
