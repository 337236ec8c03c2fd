"""The roll: who may call it, taking marks, what they come to, posters, paper, what is to be settled."""
