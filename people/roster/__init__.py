"""Rosters in from any spreadsheet, and out on paper."""
