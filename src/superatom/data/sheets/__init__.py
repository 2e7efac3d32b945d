"""Tables in and out of the library: columns guessed, cells checked, nothing lost on the way."""
