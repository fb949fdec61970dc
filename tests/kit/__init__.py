"""What tests converse with: a clock to turn, databases to use, a chat in memory."""
