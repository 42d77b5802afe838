"""`python -m gateway`: the command line, also where the script `gateway` is not on the path."""

from gateway.cli import app

if __name__ == "__main__":
    app(prog_name="gateway")
