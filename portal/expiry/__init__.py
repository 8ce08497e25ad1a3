"""What goes when its time is over: requests that ended long ago, and files that nobody names."""
