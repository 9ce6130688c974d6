import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who may see the page: whoever has the address that was printed. */
export class Access {
  readonly token = randomBytes(24).toString('base64url');
  /** Servers on one host share its cookies, so the name belongs to the token. */
  readonly #cookie = `retable-${digest(this.token).toString('hex').slice(0, 8)}`;

  /** The header that lets a browser come back without the token in the address. */
  get cookie(): string {
    return `${this.#cookie}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isToken(given: string | null): boolean {
    return given !== null && timingSafeEqual(digest(given), digest(this.token));
  }

  hasCookie({ headers }: IncomingMessage): boolean {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    return pairs.some(([name, value = '']) => name === this.#cookie && this.isToken(value));
  }
}

/**
 * Whether a request was made to this machine by its own name. A page of another site that has pointed its name to this
 * address (DNS rebinding) names that site. The port may differ: that of a tunnel.
 */
export function isLocalHost({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(headers.host ?? '');
}

/** Digests have the same length, so comparing them takes the same time for all tokens. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
