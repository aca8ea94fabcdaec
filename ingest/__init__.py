"""From a file to passages with exact places."""
