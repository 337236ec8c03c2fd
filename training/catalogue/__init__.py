"""Bases, instructors and courses: who keeps them, syllabus, what runs out."""
