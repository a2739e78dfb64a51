"""usage: delay_proxy.py PORT RTT_MS

Prints the port on which it listens, and passes bytes to 127.0.0.1:PORT and back
as a line of that round trip would: half of it each way, and a whole one for the
TCP handshake."""

import asyncio
import sys


async def carry(reader, writer, seconds):
    """In order, each piece that much later, without holding up the next."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            due, data = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                writer.close()
                return
            writer.write(data)

    task = asyncio.ensure_future(deliver())
    try:
        while True:
            data = await reader.read(65536)
            queue.put_nowait((loop.time() + seconds, data))
            if not data:
                break
    except OSError:
        queue.put_nowait((loop.time(), b""))
    await task


async def main(port, seconds):
    async def serve(reader, writer):
        await asyncio.sleep(2 * seconds)
        to = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, to[1], seconds),
                             carry(to[0], writer, seconds))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 2000))
