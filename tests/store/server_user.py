"""A process that uses the embedded server of a folder until its stdin is closed: server_user.py FOLDER."""

import sys
from pathlib import Path

import redis

from gateway.store import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]))
server.start()
with redis.Redis.from_url(server.url) as client:
    sys.stdout.write(f"{client.info('server')['process_id']}\n")
sys.stdout.flush()
sys.stdin.read()
# it leaves without closing, like a program that ends by an exception: the hook at exit does it
