"""What is planned and was held, by day: the month on a page, and the feed that calendar programs read."""
