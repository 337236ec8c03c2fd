"""Drills and trainings being made: begun, from templates, section by section, slots, told when they move."""
