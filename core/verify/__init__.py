"""The public page on which anybody checks a paper that the portal issued."""
