"""The panel of a grading: who is on it, marks taken in, what they come to, differences settled."""
