"""等级对标: what a standard asks, what the records say now, what is missing, and what would be if."""
