import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A request as it has come. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** How it is answered: a status, with where it leads for a redirect, or not at all. */
export type Answer = number | { readonly redirect: string } | 'hang' | 'cut';

/** An HTTP server on this machine that answers as it is told, the last answer again and again. */
export class HttpServer {
  readonly heard: Heard[] = [];
  answers: Answer[];
  readonly #server: Server;

  private constructor(answers: Answer[]) {
    this.answers = answers;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(...answers: Answer[]): Promise<HttpServer> {
    const own = new HttpServer(answers);
    await new Promise<void>((resolve) => own.#server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += part;
    this.heard.push({ method: request.method ?? '', path: request.url ?? '', body });
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer === 'hang') return;
    if (answer === 'cut') request.socket.destroy();
    else if (typeof answer === 'object') response.writeHead(307, { location: answer.redirect }).end();
    else response.writeHead(answer ?? 200).end('never shown');
  }
}
