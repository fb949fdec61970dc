"""What people can ask of their own data: all of it as files, all of it gone. Each capability is asked for its part."""
