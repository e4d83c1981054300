"""The formats of log files: each reads the lines of one file, and keeps what it knows of sessions for the next one."""
