"""A team as it is on file: its facts in words, history, papers, numbers, and what is kept up without a filing."""
