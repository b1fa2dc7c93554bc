/** The push service gave no answer. Never means that the subscription is over. */
export class NoAnswerError extends Error {
  /** The request left before the answer was lost: a second try may be a repeat. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, mayHaveArrived: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "NoAnswerError";
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** Network errors in words; Node's own messages name addresses and ports. */
export function describeNetworkError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name could not be resolved";
    case "ECONNREFUSED":
      return "the connection was refused";
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_HTTP2_STREAM_CANCEL":
    case "ERR_HTTP2_SESSION_ERROR":
    case "ERR_HTTP2_STREAM_ERROR":
      return "the connection was cut";
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "it cannot be reached";
    case "EBLOCKEDADDRESS":
      return "its name leads to an address that is not public";
    default:
      return /CERT|SELF_SIGNED|TLS|SSL|ISSUER|VERIFY/.test(code)
        ? `its certificate is not trusted (${code})`
        : `no connection${code === "" ? "" : ` (${code})`}`;
  }
}
