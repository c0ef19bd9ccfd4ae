"""The command line: a door to the library. It reads arguments, calls, writes; it decides nothing."""
