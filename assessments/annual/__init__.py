"""年度考核: the campaign, each team's review and its moves, what it says and is scored, deadlines and reminders."""
