"""The command line: one file a noun; parse, ask the application, print."""
