"""The web as the tests of fetch need it: one file, given in every way a server may go wrong.

usage: web_server.py FILE LOG [CERTIFICATE KEY]

Prints its port, serves 127.0.0.1 until its standard input ends, and writes the path and the
Range of each request to LOG.
"""

import http.server
import ssl
import sys
import threading
import time
import urllib.parse

content = open(sys.argv[1], "rb").read()
log = open(sys.argv[2], "a", buffering=1)
half = len(content) // 2


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path)
        log.write(f"{path.path} {self.headers.get('Range', '-')}\n")
        name = path.path.strip("/").replace("-", "_")
        answer = getattr(self, "answer_" + name, None)
        if answer is None:
            self.whole(b"the page of an error", status=404)
        else:
            answer(urllib.parse.unquote(path.query))
        self.close_connection = True

    def whole(self, body, status=200, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def start(self):
        asked = self.headers.get("Range")
        return int(asked.removeprefix("bytes=").removesuffix("-")) if asked else None

    def answer_file(self, _):
        start = self.start()
        if start is None:
            self.whole(content)
        elif start >= len(content):
            self.whole(b"", 416, Content_Range=f"bytes */{len(content)}")
        else:
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.whole(content[start:], 206, Content_Range=span)

    def answer_norange(self, _):
        self.whole(content)

    def answer_wrongrange(self, _):
        self.whole(content[1:], 206, Content_Range=f"bytes 1-{len(content) - 1}/{len(content)}")

    def answer_empty(self, _):
        self.whole(b"")

    def answer_other(self, _):
        self.whole(b"another file")

    def answer_truncated(self, _):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:half])

    def answer_endless(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def answer_silent(self, _):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:half])
        self.wfile.flush()
        time.sleep(20)

    def answer_redirect(self, to):
        self.whole(b"elsewhere", 302, Location=to)

    def answer_loop(self, _):
        self.whole(b"elsewhere", 302, Location="/loop")

    def answer_down(self, to):
        """One step nearer: /down?3 leads to /down?2."""
        self.whole(b"", 302, Location=f"/down?{int(to) - 1}" if int(to) > 1 else "/file")

    def answer_private(self, _):
        self.whole(b"who are you", 401, WWW_Authenticate="Basic realm=x")

    def answer_busy(self, _):
        self.whole(b"", 503)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that breaks off is part of the tests


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
