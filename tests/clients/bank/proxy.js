// What lies between a client and the bank, and breaks.
import { EventEmitter, once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Tells `cut` when it has cut its connections, and `refused` for each that it has not let through since. */
export class Proxy extends EventEmitter {
  #server = createServer((socket) => this.#accept(socket));
  #sockets = new Set();
  #target;
  #state = 'open';

  /** A way to the server of a URL. */
  static async to(url) {
    const proxy = new Proxy();
    proxy.#target = new URL(url);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url() {
    const url = new URL(this.#target);
    url.port = this.#server.address().port;
    return url.href;
  }

  /** Lets half of what the server sends next through, then cuts all connections, and refuses new ones. */
  cutWithinTheNextMessage() {
    this.#state = 'cutting';
  }

  /** Lets everything through again. */
  mend() {
    this.#state = 'open';
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client) {
    if (this.#state === 'cut') {
      client.destroy();
      this.emit('refused');
      return;
    }
    const server = connect(this.#target.port, this.#target.hostname);
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => (this.#state === 'cutting' ? this.#cut(client, bytes) : client.write(bytes)));
    for (const [socket, other] of [[client, server], [server, client]]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }

  #cut(client, bytes) {
    this.#state = 'cut';
    client.write(bytes.subarray(0, bytes.length / 2), () => {
      for (const socket of this.#sockets) socket.destroy();
      this.emit('cut');
    });
  }
}
