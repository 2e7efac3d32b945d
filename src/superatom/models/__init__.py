"""What can be predicted, and how surely: predictions, model cards, and one folder per model family."""
