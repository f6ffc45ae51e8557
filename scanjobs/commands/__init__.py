"""One noun a file; each command parses, calls, prints. Heavy libraries load inside a command only."""
