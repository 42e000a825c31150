"""A web service for an enclave: answers on vsock where there is one, and on 127.0.0.1 always."""

import http.client
import http.server
import os
import platform
import socket
import threading

PORT = int(os.environ["PORT"])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"hello from Python {platform.python_version()}, user {os.getuid()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):  # a vsock's is a pair of numbers
        return str(self.client_address)


class VsockServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_VSOCK

    def server_bind(self):  # HTTPServer's would look for a host name
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "enclave", PORT


def serve(make):
    server = make()
    threading.Thread(target=server.serve_forever).start()
    print(f"listening on {server.server_address}", flush=True)


serve(lambda: http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler))
try:
    serve(lambda: VsockServer((socket.VMADDR_CID_ANY, PORT), Handler))
except OSError as error:
    print(f"no vsock: {error}", flush=True)

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
connection.request("GET", "/")
print("answer:", connection.getresponse().read().decode().strip(), flush=True)
if os.environ.get("ONCE"):
    os._exit(0)
