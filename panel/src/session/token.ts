/** The bearer token that requests carry; components hear when it comes, is renewed or goes. */

type Listener = () => void;

let token: string | null = null;
const listeners = new Set<Listener>();

export function currentToken(): string | null {
  return token;
}

export function setToken(value: string | null): void {
  if (value === token) return;
  token = value;
  for (const listener of listeners) listener();
}

export function onToken(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
