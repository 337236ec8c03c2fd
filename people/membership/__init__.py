"""队籍: who becomes a member where, moves besides those of the workflow, who was there before, its history."""
