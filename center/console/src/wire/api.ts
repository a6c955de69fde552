// Requests to the center.
// Knows: the calls of docs/api.md, what each answer means, and how an act survives a bad network.
// Refuses to know: who asks and what is shown.

/** What came of an act. `unreached`: nobody can say whether the center has it; the same request may be sent again. */
export type Outcome =
  | { kind: "granted"; body: unknown }
  | { kind: "refused"; why: string }
  | { kind: "late"; why: string }
  | { kind: "invalid"; why: string }
  | { kind: "signed-out" }
  | { kind: "unreached"; attempts: number };

export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; why: string };

/** Says that a request is this page's: no other site's can send it. */
const OURS = { "x-rtcc": "1" };
const ATTEMPT_TIMEOUT_MS = 8000;
const RETRY_DELAYS_MS = [500, 1000, 2000, 3000, 5000, 5000];

/** An id no other act of anybody has; `crypto.randomUUID` would be missing on a plain-HTTP station network. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function call(path: string, method: string, body?: object): Promise<Response> {
  const init: RequestInit = {
    method,
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    credentials: "same-origin",
    headers: OURS,
  };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...OURS, "content-type": "application/json" };
  }
  return fetch(path, init);
}

/** Reads JSON; status 0 means that the center was not reached. The center's types are trusted, its presence is not. */
export async function read<T>(path: string, method = "GET", body?: object): Promise<Answer<T>> {
  try {
    const response = await call(path, method, body);
    if (!response.ok) {
      const why = reasonIn(await bodyOf(response), `The center answered ${response.status}.`);
      return { ok: false, status: response.status, why };
    }
    return { ok: true, value: (await response.json()) as T };
  } catch {
    return { ok: false, status: 0, why: "The center was not reached." };
  }
}

/** What the center says to whoever has no session, and had none that ended otherwise than by their signing out. */
const SIGN_IN_FIRST = "sign in first";

/** What to tell somebody who was answered 401 with `why`; empty where there is nothing to tell. */
export const overIn = (why: string): string =>
  why === SIGN_IN_FIRST ? "" : `Your session has ended: ${why}. Please sign in again.`;

/** Why this browser's session is over, as the center knows it; empty where it cannot say. */
export async function whyOver(): Promise<string> {
  const session = await read<unknown>("/api/session");
  return session.ok || session.status !== 401 ? "" : overIn(session.why);
}

/** False where the center was not reached and the session may therefore go on. */
export function signOut(everywhere: boolean): Promise<boolean> {
  return call(everywhere ? "/api/session?everywhere=true" : "/api/session", "DELETE").then(
    (response) => response.ok || response.status === 401,
    () => false,
  );
}

/** The reason in a refusal (`why`), or in FastAPI's 422 (`detail`: text, or a list naming fields). */
export function reasonIn(body: unknown, fallback: string): string {
  if (typeof body !== "object" || body === null) return fallback;
  if ("why" in body && typeof body.why === "string" && body.why !== "") return body.why;
  if (!("detail" in body)) return fallback;
  if (typeof body.detail === "string") return body.detail;
  if (!Array.isArray(body.detail)) return fallback;
  const told = body.detail.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null || !("msg" in item)) return [];
    const field = "loc" in item && Array.isArray(item.loc) ? String(item.loc.at(-1)) : "";
    return [field === "" ? String(item.msg) : `${field}: ${String(item.msg)}`];
  });
  return told.length > 0 ? told.join("; ") : fallback;
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function outcomeOf(response: Response): Promise<Outcome | null> {
  if (response.status >= 500) return null;
  const body = await bodyOf(response);
  switch (response.status) {
    case 401:
      return { kind: "signed-out" };
    case 403:
      return { kind: "refused", why: reasonIn(body, "The center refused without giving a reason.") };
    case 409:
      return { kind: "late", why: reasonIn(body, "Somebody else was first.") };
    default:
      if (response.ok) return { kind: "granted", body };
      return { kind: "invalid", why: reasonIn(body, `The center answered ${response.status}.`) };
  }
}

const pause = (delay_ms: number): Promise<void> => new Promise((done) => setTimeout(done, delay_ms));

/**
 * Sends one act until it has an answer. Every attempt carries the same `request`, so the center does it once however
 * often it arrives. `onRetry` hears of each attempt that got no answer.
 */
export async function act(
  path: string,
  body: object,
  request: string,
  onRetry: (attempts: number) => void,
): Promise<Outcome> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await call(path, "POST", { ...body, request })
      .then(outcomeOf)
      .catch(() => null);
    if (outcome !== null) return outcome;
    const delay_ms = RETRY_DELAYS_MS[attempt];
    if (delay_ms === undefined) return { kind: "unreached", attempts: attempt + 1 };
    onRetry(attempt + 1);
    await pause(delay_ms);
  }
}
