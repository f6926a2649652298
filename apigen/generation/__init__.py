"""Generation: a prompt becomes text, and text becomes candidates."""
