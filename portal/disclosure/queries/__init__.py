"""Reading decisions, releases and links, and the facts a letter is written from."""
