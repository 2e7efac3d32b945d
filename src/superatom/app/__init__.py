"""Where people meet superatom: command line and reports."""
