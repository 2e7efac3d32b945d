"""The steps, oldest first. A released step is never edited: libraries out there were made by it."""
