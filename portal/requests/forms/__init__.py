"""One form for each question of the public's journey, and those for coming back."""
