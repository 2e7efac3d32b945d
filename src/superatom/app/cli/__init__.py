"""The command line: one file per verb, and `main`, which turns errors into one sentence and an exit code.

Exit codes: 0 done; 1 a fault in superatom itself; 2 input that cannot be used; 3 a missing program or package; 130
stopped by a signal. Only typer is imported here; each verb imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from superatom.app.cli.application import app
from superatom.errors import SuperatomError

__all__ = ["app", "main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on `argv` (default: the process's arguments) and return the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    # --debug may stand anywhere, so that it can be added to the end of a command that failed
    arguments = [word for word in given if word != "--debug"]
    debug = len(arguments) < len(given) or bool(os.environ.get("SUPERATOM_DEBUG"))
    _write_any_character()
    try:
        code = app(args=arguments, prog_name="superatom", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return _say("interrupted", 130)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SuperatomError as error:
        if debug:
            raise
        return _say(str(error), error.exit_code)
    except OSError as error:
        if debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{error.strerror or error}", 2)
    except Exception as fault:
        if debug:
            raise
        if usage := getattr(fault, "format_message", None):  # typer's errors of use share no public base class
            if not arguments:  # the whole help text, not a sentence
                sys.stderr.write(usage() + "\n")
                return 2
            where = getattr(getattr(fault, "ctx", None), "command_path", "superatom")
            return _say(f"{usage().rstrip('.')}; {where} --help lists what is legal", 2)
        return _say(f"a fault in superatom ({type(fault).__name__}: {fault}); --debug shows where, please report it", 1)
    return code if isinstance(code, int) else 0


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"superatom: {' '.join(sentence.split())}\n")
    return code


def _write_any_character() -> None:
    """Let a terminal without Unicode show a replacement rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        encoding = getattr(stream, "encoding", None) or "utf-8"
        if hasattr(stream, "reconfigure") and encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="replace")
