"""Pages of what the region keeps: rules, kinds of paper, checks, categories, phrases."""
