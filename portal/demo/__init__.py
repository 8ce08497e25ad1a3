"""The demonstration force, its mailbox, and the supervisor that runs it all on one machine."""
