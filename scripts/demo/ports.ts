import { createServer } from "node:net";

/** @throws Error naming the first port that is taken, before anything is started or emptied */
export async function requireFreePorts(ports: number[]): Promise<void> {
  for (const port of ports) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (!isFree) throw new Error(`port ${port} is in use. Choose others with: npm run demo -- --port ${port + 100}`);
  }
}
